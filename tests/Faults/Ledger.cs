using LiveLedger.Cryptography;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Faults;

/// <summary>The log as an outsider reads it over HTTP: nothing is taken from the database.</summary>
internal static class Ledger
{
    /// <summary>Each segment of the broadcast is in the log once, in order, and no other is.</summary>
    public static async Task HoldsExactlyAsync(ServerProcess server, RunningBroadcast broadcast, IReadOnlyDictionary<string, IReadOnlyList<Sha256Hash>> tracks)
    {
        var expected = tracks.ToDictionary(t => $"segments/{broadcast.Id}/{t.Key}", t => t.Value.Count);
        var until = DateTime.UtcNow.AddSeconds(10);
        Dictionary<string, ulong[]> logged;
        do
        {
            // What is appended is in the tree at once, and in a published checkpoint within a second.
            await Task.Delay(200);
            logged = (await EntriesAsync(server))
                .Select(bytes => LedgerEntry.TryParse(bytes.Span, out var entry) ? entry : throw new InvalidDataException("an entry does not parse"))
                .Where(entry => entry.Type == "segment-sealed" && entry.Stream.StartsWith($"segments/{broadcast.Id}/", StringComparison.Ordinal))
                .GroupBy(entry => entry.Stream)
                .ToDictionary(g => g.Key, g => g.Select(e => e.StreamVersion).ToArray());
        }
        while (logged.Values.Sum(v => v.Length) < expected.Values.Sum() && DateTime.UtcNow < until);

        Assert.Equal(expected.Keys.Order(), logged.Keys.Order());
        Assert.All(expected, track => Assert.Equal(Enumerable.Range(0, track.Value).Select(n => (ulong)n), logged[track.Key]));
    }

    /// <summary>Every checkpoint verifies, and its root is the root over the first so many entries of today's log.</summary>
    public static async Task ExtendsAsync(ServerProcess server, IReadOnlyList<string> checkpoints)
    {
        var key = (await server.Http.GetStringAsync("/log/key")).Trim();
        Assert.True(VerifierKey.TryParse(key, out var verifier));
        var entries = await EntriesAsync(server);
        foreach (var note in checkpoints)
        {
            Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(System.Text.Encoding.UTF8.GetBytes(note), verifier, out var checkpoint));
            var range = new CompactRange();
            foreach (var entry in entries.Take((int)checkpoint!.Head.Size.Value))
            {
                range.Append(LeafHash.Of(entry.Span));
            }

            Assert.Equal(checkpoint.Head, range.Head);
        }
    }

    private static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> EntriesAsync(ServerProcess server)
    {
        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).Trim(), out var verifier));
        var note = await server.Http.GetByteArrayAsync("/log/checkpoint");
        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(note, verifier, out var checkpoint));
        var entries = new List<ReadOnlyMemory<byte>>();
        foreach (var path in TileCover.NewEntryBundles(new TreeSize(0), checkpoint!.Head.Size))
        {
            Assert.True(EntryBundle.TryParse(await server.Http.GetByteArrayAsync($"/log/{path}"), path.Width, out var bundle));
            entries.AddRange(bundle);
        }

        return entries;
    }
}
