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
/// is undone by an event of its own. The ledger goes first: a crash before the place has moved reads the same blocks again and finds all of it said.
/// </summary>
internal sealed class FollowRun(ChainNode node, EventStore ledger, FollowedChain place, SightingReader reader, Deployment deployment, ulong first, Depth depth, TimeProvider time, Action<FollowStep> reached)
{
    private const int LookBack = 50;
    private const int MaxAppend = 500;
    private const int MaxUndone = 5_000;

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
        if (_last is { } last && head >= last.Number.Value && (await node.HeaderAsync(BlockReference.At(last.Number), cancel))?.Hash != last.Hash)
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

        var seen = (await place.SeenAsync(0, long.MaxValue, cancel))
            .Select(static s => new FollowedBlock(new(s.Sighting.At.Block), BlockHash.TryParse(s.Sighting.At.BlockHash, out var hash) ? hash : throw new InvalidDataException("a sighting is in no block")))
            .Distinct().OrderBy(static b => b.Number).ToArray();
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
        // After the logs, so that a chain that changed while they were read is noticed: what they say must be of the blocks that stand now, on top of what was followed.
        var numbers = page.Logs.Select(static l => l.Block).Append(page.To).Distinct().ToArray();
        var headers = await node.HeadersAsync([.. _last is { } before ? numbers.Append(before.Number) : numbers], cancel);
        var hashes = headers.OfType<BlockHead>().ToDictionary(static h => h.Number, static h => h.Hash);
        if (hashes.Count != headers.Count || page.Logs.Any(l => hashes[l.Block] != l.BlockHash) || (_last is { } known && hashes[known.Number] != known.Hash))
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

        await SayAsync(sightings, page.From.Value, page.To.Value, cancel);
        reached(FollowStep.Said);
        FollowedBlock[] followed = [.. numbers.Select(n => new FollowedBlock(n, hashes[n]))];
        await place.KeepAsync(followed, cancel);
        reached(FollowStep.Placed);
        _last = followed.MaxBy(static b => b.Number);
    }

    private async Task SayAsync(IReadOnlyList<Sighting> sightings, ulong from, ulong to, CancellationToken cancel)
    {
        if (sightings.Count == 0)
        {
            return;
        }

        var version = await ledger.StreamVersionAsync(deployment.Stream, cancel);
        var said = (await place.SeenAsync(from, to, cancel)).Select(static s => (s.Sighting.At.Block, s.Sighting.At.Log)).ToHashSet();
        foreach (var some in sightings.Where(s => !said.Contains((s.At.Block, s.At.Log))).Chunk(MaxAppend))
        {
            version = await AppendAsync(version, [.. some.Select(s => SightingEvents.Seen(time, s))], cancel);
        }
    }

    private async Task TakeBackAsync(CancellationToken cancel)
    {
        var (fork, hash) = await ForkAsync(cancel);
        var version = await ledger.StreamVersionAsync(deployment.Stream, cancel);
        var undone = (await place.SeenAsync(checked((ulong)(fork + 1)), long.MaxValue, cancel)).Select(static s => s.Version).ToArray();
        foreach (var some in undone.Chunk(MaxUndone))
        {
            version = await AppendAsync(version, [SightingEvents.TakenBack(time, new(fork < 0 ? 0 : (ulong)fork, hash?.ToString() ?? "", some))], cancel);
        }

        reached(FollowStep.TakenBack);
        await place.DropAsync(fork, cancel);
        _last = hash is { } stands ? new(new((ulong)fork), stands) : null;
    }

    // The last followed block that stands; below the first if none does.
    private async Task<(long Number, BlockHash? Hash)> ForkAsync(CancellationToken cancel)
    {
        for (var below = (ulong)long.MaxValue; await place.ReadAsync(below, LookBack, cancel) is { Count: > 0 } some; below = some[^1].Number.Value)
        {
            var headers = await node.HeadersAsync(some.Select(static b => b.Number), cancel);
            for (var i = 0; i < some.Count; i++)
            {
                if (headers[i]?.Hash == some[i].Hash)
                {
                    return ((long)some[i].Number.Value, some[i].Hash);
                }
            }
        }

        return ((long)first - 1, null);
    }

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

    /// <summary>What was taken back is undone in the ledger, and the place has not moved.</summary>
    TakenBack,
}

/// <summary>Somebody else follows the deployment. Begin again from what is there.</summary>
internal sealed class FollowerReplacedException(string deployment) : Exception($"the deployment {deployment} is followed by somebody else");
