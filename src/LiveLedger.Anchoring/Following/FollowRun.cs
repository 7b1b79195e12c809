using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Following;

/// <summary>How deep a block must lie before it is believed.</summary>
/// <param name="Confirmations">Blocks, its own among them.</param>
/// <param name="Finalized">True to wait for what the chain itself calls final too, where it does.</param>
internal readonly record struct Depth(int Confirmations, bool Finalized);

/// <summary>How far the follower is.</summary>
/// <param name="Head">The newest block there is.</param>
/// <param name="Target">The newest that is deep enough.</param>
/// <param name="Followed">The last one that was followed.</param>
internal readonly record struct FollowProgress(ulong Head, ulong Target, ulong Followed)
{
    /// <summary>True if there is nothing to be read now.</summary>
    public bool IsLevel => Followed >= Target;
}

/// <summary>
/// Follows a deployment over the session that holds its lock. What the contracts said goes into the ledger once, in the chain's order; what the chain takes back
/// is undone by events of its own. The place is never ahead of the ledger: going on, the ledger goes first, going back, the place does. So a crash reads the same
/// blocks again, and what was said of them is compared with what they are by then.
/// </summary>
internal sealed class FollowRun(ChainNode node, EventStore ledger, FollowedChain place, SightingReader reader, Deployment deployment, ulong first, Depth depth, TimeProvider time, Action<FollowStep> reached)
{
    private const int LookBack = 50;
    private const int MaxAppend = 500;

    // Of one event: whoever acts on it has to settle that many tickets before it is given up and begun again.
    private const int MaxUndone = 100;

    private FollowedBlock? _last;
    private bool _opened;

    /// <summary>Reads the next blocks that are deep enough.</summary>
    /// <exception cref="ChainException">The node does not answer, or not sensibly; nothing was lost.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; nothing was lost.</exception>
    public async Task<FollowProgress> StepAsync(CancellationToken cancel)
    {
        if (!_opened)
        {
            _last = await OpenAsync(cancel);
            _opened = true;
        }

        var head = (await node.BlockNumberAsync(cancel)).Value;
        var target = await TargetAsync(head, cancel);
        if (_last is { } last && head >= last.Number.Value && There(await node.HeaderAsync(BlockReference.At(last.Number), cancel), last.Number).Hash != last.Hash)
        {
            await TakeBackAsync(cancel);
        }

        // A node that is behind what was followed has not taken anything back: it has yet to see it.
        var from = _last is { } known ? known.Number.Value + 1 : first;
        if (target >= from)
        {
            await ReadAsync(from, target, cancel);
        }

        return new(head, target, _last?.Number.Value ?? (first > 0 ? first - 1 : 0));
    }

    private async Task<ulong> TargetAsync(ulong head, CancellationToken cancel)
    {
        var deep = (ulong)depth.Confirmations - 1;
        var target = head >= deep ? head - deep : 0;
        return depth.Finalized && await node.HeaderAsync(BlockReference.Finalized, cancel) is { } final ? Math.Min(target, final.Number.Value) : target;
    }

    // Where the last process was. A place that was lost is found again from what it had seen, so that what was taken back meanwhile is noticed.
    private async Task<FollowedBlock?> OpenAsync(CancellationToken cancel)
    {
        if (await place.ReadAsync(long.MaxValue, 1, cancel) is [var last])
        {
            return last;
        }

        // But for the newest block, of which all may not have been said: it is read again.
        var seen = (await place.SeenAsync(0, long.MaxValue, cancel))
            .Select(static s => new FollowedBlock(new(s.Sighting.At.Block), BlockHash.TryParse(s.Sighting.At.BlockHash, out var hash) ? hash : throw new InvalidDataException("a sighting is in no block")))
            .Distinct().OrderBy(static b => b.Number).SkipLast(1).ToArray();
        if (seen.Length == 0)
        {
            return null;
        }

        await place.KeepAsync(seen, cancel);
        return seen[^1];
    }

    private async Task ReadAsync(ulong from, ulong target, CancellationToken cancel)
    {
        var page = await node.LogsAsync(reader.Filter, new(from), new(target), cancel);
        // Before what was said: whoever says more meanwhile is found out by the version.
        var version = await ledger.StreamVersionAsync(deployment.Stream, cancel);
        var said = await place.SeenAsync(page.From.Value, page.To.Value, cancel);
        // After the logs, so that a chain that changed while they were read is noticed: what they say must be of the blocks that stand now, on top of what was followed.
        var numbers = page.Logs.Select(static l => l.Block).Concat(said.Select(static s => new BlockNumber(s.Sighting.At.Block))).Append(page.To).Distinct().ToArray();
        var asked = _last is { } before ? [.. numbers, before.Number] : numbers;
        var hashes = (await node.HeadersAsync(asked, cancel)).Zip(asked, There).ToDictionary(static h => h.Number, static h => h.Hash);
        if (hashes[page.To] != page.Last.Hash || page.Logs.Any(l => hashes[l.Block] != l.BlockHash) || (_last is { } known && hashes[known.Number] != known.Hash))
        {
            return;
        }

        var sightings = new List<Sighting>();
        foreach (var log in page.Logs)
        {
            if (await reader.ReadAsync(log, cancel) is { } sighting)
            {
                sightings.Add(sighting);
            }
        }

        await SayAsync(version, sightings, said, hashes, cancel);
        reached(FollowStep.Said);
        FollowedBlock[] followed = [.. numbers.Select(n => new FollowedBlock(n, hashes[n]))];
        await place.KeepAsync(followed, cancel);
        reached(FollowStep.Placed);
        _last = followed.MaxBy(static b => b.Number);
    }

    // Of the same blocks something may have been said already, by a process that came no further. If a block is another by now, that did not happen.
    private async Task SayAsync(
        long version, IReadOnlyList<Sighting> sightings, IReadOnlyList<(long Version, Sighting Sighting)> said, Dictionary<BlockNumber, BlockHash> hashes, CancellationToken cancel)
    {
        var stale = said.Where(s => hashes[new(s.Sighting.At.Block)].ToString() != s.Sighting.At.BlockHash).Select(static s => s.Version).ToHashSet();
        var known = said.Where(s => !stale.Contains(s.Version)).Select(static s => (s.Sighting.At.Block, s.Sighting.At.Log)).ToHashSet();
        version = await UndoAsync(version, stale, _last, cancel);
        foreach (var some in sightings.Where(s => !known.Contains((s.At.Block, s.At.Log))).Chunk(MaxAppend))
        {
            version = await AppendAsync(version, [.. some.Select(s => SightingEvents.Seen(time, s))], cancel);
        }
    }

    // The place goes first. Were it the ledger, a process that ends in between and a chain that comes back to the blocks of before would leave undone what stands.
    private async Task TakeBackAsync(CancellationToken cancel)
    {
        var stands = await ForkAsync(cancel);
        var above = stands is { } fork ? checked((long)fork.Number.Value) : (long)first - 1;
        var version = await ledger.StreamVersionAsync(deployment.Stream, cancel);
        var undone = await place.SeenAsync((ulong)(above + 1), long.MaxValue, cancel);
        await place.DropAsync(above, cancel);
        reached(FollowStep.Dropped);
        await UndoAsync(version, undone.Select(static s => s.Version), stands, cancel);
        _last = stands;
    }

    // The newest first, so that what still stands after a crash is the chain's beginning, and what is said again comes behind it.
    private async Task<long> UndoAsync(long version, IEnumerable<long> undone, FollowedBlock? stands, CancellationToken cancel)
    {
        foreach (var some in undone.OrderDescending().Chunk(MaxUndone))
        {
            version = await AppendAsync(version, [SightingEvents.TakenBack(time, new(stands?.Number.Value ?? 0, stands?.Hash.ToString() ?? "", [.. some.Order()]))], cancel);
            reached(FollowStep.TakenBack);
        }

        return version;
    }

    // The last followed block that stands, if one does.
    private async Task<FollowedBlock?> ForkAsync(CancellationToken cancel)
    {
        for (var below = (ulong)long.MaxValue; await place.ReadAsync(below, LookBack, cancel) is { Count: > 0 } some; below = some[^1].Number.Value)
        {
            var numbers = some.Select(static b => b.Number).ToArray();
            var headers = (await node.HeadersAsync(numbers, cancel)).Zip(numbers, There);
            foreach (var (block, header) in some.Zip(headers))
            {
                if (header.Hash == block.Hash)
                {
                    return block;
                }
            }
        }

        return null;
    }

    // Another block at that height is a chain that took ours back. None is a node that has yet to see it: the one that told the head may have been another.
    private static BlockHead There(BlockHead? header, BlockNumber number) => header ?? throw ChainException.Behind($"it has no block {number}, which was followed or has newer ones behind it");

    private async Task<long> AppendAsync(long version, IReadOnlyList<NewEvent> events, CancellationToken cancel)
    {
        // The stream has one writer; another version means that this one was replaced and does not know it yet.
        var appended = await ledger.AppendAsync(deployment.Stream, ExpectedVersion.Exactly(version), events, cancel);
        return appended.IsStored ? appended.Version : throw new FollowerReplacedException(deployment.Name);
    }
}

/// <summary>The steps of following, for tests that fail at each.</summary>
internal enum FollowStep
{
    /// <summary>What was seen is in the ledger, and the place has not moved.</summary>
    Said,

    /// <summary>And the place has.</summary>
    Placed,

    /// <summary>The place is before what was taken back, and that stands in the ledger.</summary>
    Dropped,

    /// <summary>And an event has undone it, or the newest part of it.</summary>
    TakenBack,
}

/// <summary>Somebody else follows the deployment. Begin again from what is there.</summary>
internal sealed class FollowerReplacedException(string deployment) : Exception($"the deployment {deployment} is followed by somebody else");
