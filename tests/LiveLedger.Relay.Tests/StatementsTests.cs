using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Tests;

/// <summary>What the relay signs of what it sends.</summary>
public sealed class StatementsTests
{
    [Fact]
    public async Task A_chunk_that_rots_in_memory_is_neither_stated_nor_sent()
    {
        await using var upstream = await Upstream.StartAsync();
        Assert.True(SignedRecord.TryParse(upstream.Files["v/0.record"], out var record));
        var segment = upstream.Files["v/0.m4s"].ToArray();
        using var key = Ed25519PrivateKey.Generate();
        var statements = new SenderStatements(record);

        segment[ChunkTree.ChunkSize + 5] ^= 1;
        Assert.True(statements.TryState(segment, 0, 1, key, out _));
        Assert.False(statements.TryState(segment, 0, 2, key, out _));
        Assert.False(statements.TryState(segment, 1, 1, key, out _));
        Assert.True(statements.TryState(segment, 2, 1, key, out var good));
        Assert.True(new Peering.Statements.ChunkStatement(record.Hash, 2, record.Leaf(2)).Verify(key.PublicKey, good));

        // What was stated before it rotted is of the record still, and true.
        segment[0] ^= 1;
        Assert.True(statements.TryState(segment, 0, 1, key, out var stated));
        Assert.True(new Peering.Statements.ChunkStatement(record.Hash, 0, record.Leaf(0)).Verify(key.PublicKey, stated));
    }

    [Fact]
    public async Task What_is_stated_is_signed_once_for_all_who_ask()
    {
        await using var upstream = await Upstream.StartAsync();
        Assert.True(SignedRecord.TryParse(upstream.Files["v/0.record"], out var record));
        var segment = upstream.Files["v/0.m4s"];
        using var key = Ed25519PrivateKey.Generate();
        var statements = new SenderStatements(record);
        Assert.True(statements.TryState(segment, 0, 1, key, out _));

        // A key that cannot sign any more is not asked again; nor is anything allocated.
        key.Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(statements.TryState(segment, 0, 1, key, out _));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
