using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli;

/// <summary>`audit checkpoint` against logs that tell the truth, and logs that do not.</summary>
public sealed class AuditCheckpointTests : IDisposable
{
    private const string Origin = "test.example/log";

    private readonly TestOrigin _server = new();
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private readonly string _memory = Path.Combine(Directory.CreateTempSubdirectory("liveledger-audit-").FullName, "memory");

    [Fact]
    public async Task A_log_whose_entries_hash_to_the_signed_root_is_OK()
    {
        Serve(Entries(300));

        var (exit, output, _) = await RunAsync();

        Assert.Equal(0, exit);
        Assert.StartsWith("OK   300 entries", output);
    }

    [Fact]
    public async Task A_log_that_grew_extends_what_was_remembered()
    {
        Serve(Entries(7));
        await RunAsync("--remember", _memory);
        Serve(Entries(300));

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(0, exit);
        Assert.Contains("extends the remembered checkpoint of size 7", output);
    }

    [Fact]
    public async Task A_log_that_rewrote_an_old_entry_is_found_out_by_memory()
    {
        Serve(Entries(7));
        await RunAsync("--remember", _memory);
        var entries = Entries(300);
        entries[3] = Entry(3, "rewritten");
        Serve(entries);

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log was rewritten", output);
    }

    [Fact]
    public async Task A_log_that_shrank_is_found_out_by_memory()
    {
        Serve(Entries(7));
        await RunAsync("--remember", _memory);
        Serve(Entries(6));

        var (exit, output, _) = await RunAsync("--remember", _memory);

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the log has shrunk", output);
    }

    [Fact]
    public async Task An_entry_that_is_not_the_one_signed_for_is_found_out()
    {
        var entries = Entries(5);
        Serve(entries);
        entries[4] = Entry(4, "another");
        _server.Files["/log/tile/entries/000.p/5"] = EntryBundle.Format(entries);

        var (exit, output, _) = await RunAsync();

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL the entries hash to", output);
    }

    [Fact]
    public async Task A_checkpoint_by_another_key_is_refused()
    {
        Serve(Entries(5));
        using var other = Ed25519PrivateKey.Generate();

        var (exit, _, _) = await RunAsync("--key", VerifierKey.Of(Origin, other.PublicKey).ToString());

        Assert.Equal(1, exit);
    }

    public void Dispose()
    {
        _server.Dispose();
        _key.Dispose();
        Directory.Delete(Path.GetDirectoryName(_memory)!, recursive: true);
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(params string[] more) =>
        CommandLine.RunAsync(["audit", "checkpoint", _server.Address.AbsoluteUri, .. more]);

    private void Serve(List<ReadOnlyMemory<byte>> entries)
    {
        var tree = new CompactRange();
        foreach (var entry in entries)
        {
            tree.Append(LeafHash.Of(entry.Span));
        }

        var signer = new NoteSigner(Origin, _key);
        _server.Files["/log/key"] = System.Text.Encoding.UTF8.GetBytes($"{signer.VerifierKey}\n");
        _server.Files["/log/checkpoint"] = new Checkpoint(Origin, tree.Head).Sign(signer).ToBytes();
        for (var first = 0; first < entries.Count; first += TilePath.FullWidth)
        {
            var some = entries.Skip(first).Take(TilePath.FullWidth).ToList();
            _server.Files[$"/log/{TilePath.Entries((ulong)first / TilePath.FullWidth, some.Count)}"] = EntryBundle.Format(some);
        }
    }

    private static List<ReadOnlyMemory<byte>> Entries(int count) => [.. Enumerable.Range(0, count).Select(static i => Entry(i, "event"))];

    private static ReadOnlyMemory<byte> Entry(int version, string type) => new LedgerEntry
    {
        EventId = new Guid(version, 0, 0, new byte[8]),
        Stream = "test/1",
        StreamVersion = (ulong)version,
        Type = type,
        Schema = 1,
        RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(version),
        Actor = "system",
        Payload = default,
    }.Encode();
}
