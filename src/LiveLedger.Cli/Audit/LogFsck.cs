using LiveLedger.Cryptography;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Derives the whole log again from its entries, as an outsider: every hash tile, the root, each stream's versions without a gap, and no event
/// id twice. Holds one unfinished tile a level, the last version of each stream and eight bytes an entry.
/// </summary>
internal sealed class LogFsck(SignedLog log, Action<ulong, ulong> progress, CancellationToken cancellation)
{
    // Requests under way at once: enough to hide the network, little enough for any server.
    private const int Ahead = 8;
    private const int MaxTold = 20;

    private readonly CompactRange _range = new();
    private readonly List<List<Bytes32>> _levels = [[]];
    private readonly Dictionary<string, ulong> _versions = [];
    private readonly List<string> _faults = [];
    private ulong _faultCount;
    private readonly EventIds _ids = new();
    private ulong _tiles;
    private ulong _foreign;
    private LedgerIndex _firstForeign;

    internal static async Task<AuditVerdict> RunAsync(
        HttpClient http, Uri server, Trust trust, Action<ulong, ulong> progress, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, trust, cancellation);
        return await new LogFsck(log, progress, cancellation).RunAsync();
    }

    private async Task<AuditVerdict> RunAsync()
    {
        var size = log.Head.Size;
        var bundles = (size.Value + TilePath.FullWidth - 1) / TilePath.FullWidth;
        var under = new Queue<Task<Bundle>>();
        var asked = 0UL;
        for (var index = 0UL; index < bundles; index++)
        {
            for (; asked < bundles && under.Count < Ahead; asked++)
            {
                under.Enqueue(FetchAsync(asked));
            }

            var bundle = await under.Dequeue();
            if (bundle.Entries is null)
            {
                Fault($"{bundle.Path} is missing or malformed");
                return Verdict("cannot be derived: entries are missing");
            }

            await TakeAsync(index, bundle);
            progress(index + 1, bundles);
        }

        for (var level = 1; level < _levels.Count; level++)
        {
            if (_levels[level].Count > 0)
            {
                await CompareAsync(level, (size.Value >> (8 * level)) / TilePath.FullWidth);
            }
        }

        if (_range.Head != log.Head)
        {
            Fault($"the entries hash to {_range.Root()}, the checkpoint says {log.Head.Root}");
        }

        if (_foreign > 0 && !IsForeign)
        {
            Fault($"{_foreign} of the entries are no LiveLedger entries, the first is entry {_firstForeign}");
        }

        await CheckIdsAsync();
        return Verdict("is not what its entries give");
    }

    // The level-0 tile is asked for with its bundle, and both are hashed off the loop.
    private async Task<Bundle> FetchAsync(ulong index)
    {
        var width = TileCover.Width(log.Head.Size, 0, index);
        var tile = log.Reader.TileAsync(TilePath.Hashes(0, index, width), cancellation);
        var entries = await log.Reader.BundleAsync(log.Head.Size, index, cancellation);
        Bytes32[] leaves = entries is null ? [] : [.. entries.Select(static e => LeafHash.Of(e.Span).Value)];
        return new(TilePath.Entries(index, width), entries, leaves, await tile);
    }

    private async Task TakeAsync(ulong index, Bundle bundle)
    {
        for (var i = 0; i < bundle.Leaves.Length; i++)
        {
            var at = _range.Append(new(bundle.Leaves[i]));
            TakeVersion(at, bundle.Entries![i].Span);
        }

        Compare(TilePath.Hashes(0, index, bundle.Leaves.Length), bundle.Leaves, bundle.Tile);

        // tlog-tiles: only a full tile is hashed upward.
        var (hashes, level) = (bundle.Leaves, 1);
        while (hashes.Length == TilePath.FullWidth)
        {
            if (_levels.Count == level)
            {
                _levels.Add(new(TilePath.FullWidth));
            }

            _levels[level].Add(HashTile.Above(hashes));
            if (_levels[level].Count < TilePath.FullWidth)
            {
                return;
            }

            index /= TilePath.FullWidth;
            hashes = [.. _levels[level]];
            await CompareAsync(level, index);
            _levels[level].Clear();
            level++;
        }
    }

    private void TakeVersion(LedgerIndex at, ReadOnlySpan<byte> bytes)
    {
        if (!LedgerEntry.TryParse(bytes, out var entry))
        {
            _firstForeign = _foreign++ == 0 ? at : _firstForeign;
            return;
        }

        var expected = _versions.GetValueOrDefault(entry.Stream);
        if (entry.StreamVersion != expected)
        {
            Fault($"entry {at} is version {entry.StreamVersion} of {entry.Stream}, and version {expected} is next");
        }

        _versions[entry.Stream] = entry.StreamVersion + 1;
        _ids.Add(entry.EventId);
    }

    // A log of somebody else's entries is a good log; one of ours with others among them is not what we write.
    private bool IsForeign => _foreign > 0 && _foreign == log.Head.Size.Value;

    private async Task CheckIdsAsync()
    {
        if (_ids.Repeated() is not { Count: > 0 } repeated)
        {
            return;
        }

        // What is read again is hashed again: the log may say something else the second time.
        var again = new CompactRange();
        var first = new Dictionary<Guid, LedgerIndex>();
        var doubled = new List<string>();
        await foreach (var bytes in log.Reader.EntriesAsync(log.Head.Size.Value, cancellation))
        {
            var index = again.Append(LeafHash.Of(bytes.Span));
            if (LedgerEntry.TryParse(bytes.Span, out var entry) && repeated.Contains(EventIds.PrintOf(entry.EventId)) && !first.TryAdd(entry.EventId, index))
            {
                doubled.Add($"entry {index} has the event id of entry {first[entry.EventId]}: {entry.EventId}");
            }
        }

        if (again.Head != _range.Head)
        {
            Fault($"read again, to find an event id that stands twice, the entries hash to {again.Root()}, and to {_range.Root()} the first time");
            return;
        }

        doubled.ForEach(Fault);
    }

    private async Task CompareAsync(int level, ulong index)
    {
        var path = TilePath.Hashes(level, index, _levels[level].Count);
        Compare(path, [.. _levels[level]], await log.Reader.TileAsync(path, cancellation));
    }

    private void Compare(TilePath path, Bytes32[] derived, ReadOnlyMemory<byte>? served)
    {
        _tiles++;
        if (served is not { } tile)
        {
            Fault($"{path} is missing");
        }
        else if (!tile.Span.SequenceEqual(HashTile.Format(derived)))
        {
            Fault($"{path} is not what the entries give");
        }
    }

    private void Fault(string fault)
    {
        _faultCount++;
        if (_faults.Count < MaxTold)
        {
            _faults.Add(fault);
        }
    }

    private AuditVerdict Verdict(string otherwise)
    {
        var facts = new Dictionary<string, object?>
        {
            ["size"] = log.Head.Size.Value,
            ["root"] = log.Head.Root.ToString(),
            ["tiles"] = _tiles,
            ["streams"] = _versions.Count,
            ["foreign"] = _foreign,
            ["key"] = log.Key.ToString(),
            ["faults"] = _faultCount,
            ["details"] = _faults,
        };
        return _faultCount == 0
            ? new(true, $"{log.Head.Size} entries give every one of the {_tiles} hash tiles and the signed root",
                [$"root {log.Head.Root}", Streams, .. log.Speakers], facts)
            : new(false, $"the log {otherwise}: {_faultCount} {(_faultCount == 1 ? "fault" : "faults")}", [.. _faults, .. log.Speakers], facts);
    }

    private string Streams => IsForeign ? "not LiveLedger entries: streams and event ids were not looked at"
        : $"{_versions.Count} {(_versions.Count == 1 ? "stream" : "streams")}, no version left out, no event id twice";

    private sealed record Bundle(TilePath Path, IReadOnlyList<ReadOnlyMemory<byte>>? Entries, Bytes32[] Leaves, ReadOnlyMemory<byte>? Tile);
}
