using System.Net;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Harness.Ledgers;

/// <summary>
/// The outsider: knows the log's key and name, believes nothing else, and derives the whole log from its entries again. Every test that
/// touches a log ends with it.
/// </summary>
public static class LogAudit
{
    /// <summary>Fetches a path relative to the log's prefix; null for 404.</summary>
    public delegate Task<ReadOnlyMemory<byte>?> Fetch(string path);

    /// <summary>What an honest log holds.</summary>
    /// <param name="Head">The tree of its checkpoint.</param>
    /// <param name="Entries">All its entries, by index.</param>
    public sealed record Audited(TreeHead Head, IReadOnlyList<LedgerEntry> Entries);

    /// <summary>Audits through the reader.</summary>
    public static Task<Audited> CheckAsync(LogReader log) => CheckAsync(log.VerifierKey, async path => path == "checkpoint"
        ? log.Checkpoint()
        : TilePath.TryParse(path, out var tile) ? await log.TileAsync(tile) : null);

    /// <summary>Audits over HTTP.</summary>
    /// <param name="http">A client whose base address is the server's root.</param>
    /// <param name="key">The log's key, known beforehand.</param>
    public static Task<Audited> CheckAsync(HttpClient http, VerifierKey key) => CheckAsync(key, async path =>
    {
        using var response = await http.GetAsync("/log/" + path);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    });

    /// <summary>Audits by any means of fetching.</summary>
    /// <exception cref="InvalidDataException">The log lies; the message says where.</exception>
    public static async Task<Audited> CheckAsync(VerifierKey key, Fetch fetch)
    {
        var note = await fetch("checkpoint") ?? throw new InvalidDataException("there is no checkpoint");
        var opened = Checkpoint.Open(note.Span, key, out var checkpoint);
        Require(opened == CheckpointResult.Valid, $"the checkpoint is not good: {opened}");
        var head = checkpoint!.Head;

        var entries = new List<LedgerEntry>();
        var leaves = new List<Bytes32>();
        foreach (var path in TileCover.NewEntryBundles(new(0), head.Size))
        {
            var bundle = await fetch(path.ToString());
            IReadOnlyList<ReadOnlyMemory<byte>> bytes = [];
            Require(bundle is { } found && EntryBundle.TryParse(found, path.Width, out bytes), $"{path} is missing or malformed");
            foreach (var entry in bytes)
            {
                Require(LedgerEntry.TryParse(entry.Span, out var parsed), $"entry {entries.Count} cannot be read");
                entries.Add(parsed!);
                leaves.Add(LeafHash.Of(entry.Span).Value);
            }
        }

        var range = new CompactRange();
        leaves.ForEach(leaf => range.Append(new(leaf)));
        Require(range.Head == head, $"the entries have root {range.Root()}, the checkpoint says {head}");
        await CheckTilesAsync(head.Size, leaves, fetch);
        CheckStreams(entries);
        return new(head, entries);
    }

    // Every hash tile, derived from the leaves level by level.
    private static async Task CheckTilesAsync(TreeSize size, List<Bytes32> level0, Fetch fetch)
    {
        var levels = new List<List<Bytes32>> { level0 };
        foreach (var path in TileCover.HashTiles(size))
        {
            var level = path.Level!.Value;
            if (levels.Count == level)
            {
                levels.Add([.. levels[level - 1].Chunk(TilePath.FullWidth).Where(t => t.Length == TilePath.FullWidth).Select(t => HashTile.Above(t))]);
            }

            var expected = HashTile.Format([.. levels[level].Skip((int)path.Index * TilePath.FullWidth).Take(path.Width)]);
            Require(await fetch(path.ToString()) is { } tile && tile.Span.SequenceEqual(expected), $"{path} is not what the entries give");
        }
    }

    private static void CheckStreams(List<LedgerEntry> entries)
    {
        var next = new Dictionary<string, ulong>();
        var ids = new HashSet<Guid>();
        for (var index = 0; index < entries.Count; index++)
        {
            var entry = entries[index];
            var expected = next.GetValueOrDefault(entry.Stream);
            Require(entry.StreamVersion == expected, $"leaf {index} is version {entry.StreamVersion} of {entry.Stream}, expected {expected}");
            next[entry.Stream] = expected + 1;
            Require(ids.Add(entry.EventId), $"leaf {index} repeats event {entry.EventId}");
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
