using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Keeps an eye on a log: each new checkpoint must extend the one remembered, which the tiles have to prove. What was believed is on disk
/// before the next is looked at, so a follower that is killed goes on where it was.
/// </summary>
internal sealed class FollowAudit(HttpClient http, Uri server, string memoryFile, TimeSpan interval, Action<FollowStep> tell)
{
    /// <summary>Follows until cancelled or until <paramref name="end"/> has passed.</summary>
    /// <exception cref="CommandFailure">No checkpoint was seen at all.</exception>
    internal async Task<AuditVerdict> RunAsync(Trust trust, TimeSpan? end, CancellationToken cancellation)
    {
        var memory = LogMemory.Read(memoryFile);
        if (memory is not null && trust.Key is not null && memory.Key != trust.Key)
        {
            throw new CommandFailure($"{memoryFile} remembers the key {memory.Key}, which is not the one given", ExitCode.Usage);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (end is { } after)
        {
            ending.CancelAfter(after);
        }

        var (first, seen, trouble) = (memory, 0, "the time was over before it answered");
        try
        {
            while (true)
            {
                try
                {
                    memory = await StepAsync(memory, trust.Or(memory?.Key), ending.Token);
                    first ??= memory;
                    seen++;
                }
                catch (CommandFailure failure)
                {
                    // A log that is away is no lie; it will have to answer for the whole gap when it is back.
                    trouble = failure.Message;
                    tell(new("away", null, failure.Message));
                }
                catch (NotWitnessed few)
                {
                    // Witnesses answer a moment after the log has signed: what they have not seen is not believed, and looked at again.
                    trouble = few.Message;
                    tell(new("unwitnessed", null, few.Message));
                }

                await Task.Delay(interval, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return seen > 0
                ? Good(memory!, first!)
                : throw new CommandFailure($"no checkpoint was seen: {trouble}");
        }
        catch (VerifiedFalse lie)
        {
            return AuditVerdict.False(lie.Message, $"remembered in {memoryFile}, which was left as it is");
        }
    }

    private async Task<LogMemory> StepAsync(LogMemory? memory, Trust trust, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, trust, cancellation);
        if (memory is null)
        {
            return Remember(log, "remembered", null);
        }

        var before = SignedLog.HeadOf(memory.Note, log.Key, $"the checkpoint in {memoryFile}");
        if (log.Head == before)
        {
            return memory;
        }

        if (log.Head.Size.Value < before.Size.Value)
        {
            throw new VerifiedFalse($"the log has shrunk: {log.Head.Size} entries now, {before.Size} remembered");
        }

        if (log.Head.Size == before.Size)
        {
            throw new VerifiedFalse($"the log has forked: two signed trees of size {before.Size}, with the roots {before.Root} and {log.Head.Root}");
        }

        // Every tree extends the empty one, and no proof says so (RFC 9162 §2.1.4).
        if (before.Size.Value > 0)
        {
            var tiles = await log.Reader.TilesAsync(log.Head.Size, ConsistencyProof.NodesFor(before.Size, log.Head.Size), cancellation);
            var proven = tiles.Consistency(before.Size).Verify(before.Root, log.Head.Root);
            if (proven != ProofResult.Valid)
            {
                throw new VerifiedFalse($"the log was rewritten: its tree of size {log.Head.Size} does not extend the remembered one of size {before.Size} ({proven})");
            }
        }

        return Remember(log, "extends", before.Size);
    }

    private LogMemory Remember(SignedLog log, string what, TreeSize? before)
    {
        var memory = new LogMemory(log.Key, log.Note);
        LogMemory.Write(memoryFile, memory);
        tell(new(what, log.Head, before is { } size ? $"the remembered tree of size {size}" : $"the first one seen, by {log.Key}"));
        return memory;
    }

    private static AuditVerdict Good(LogMemory last, LogMemory first)
    {
        var (to, from) = (SignedLog.HeadOf(last.Note, last.Key, "the last checkpoint"), SignedLog.HeadOf(first.Note, last.Key, "the first checkpoint"));
        return new(true, $"every checkpoint extended the one before: from {from.Size} to {to.Size} entries", [$"root {to.Root}", $"key {last.Key}"], new Dictionary<string, object?>
        {
            ["from"] = from.Size.Value,
            ["size"] = to.Size.Value,
            ["root"] = to.Root.ToString(),
            ["key"] = last.Key.ToString(),
        });
    }
}

/// <summary>What a follower tells on its way.</summary>
/// <param name="What"><c>remembered</c>, <c>extends</c>, <c>unwitnessed</c> or <c>away</c>.</param>
/// <param name="Head">The new tree.</param>
/// <param name="Detail">What it extends, or why nothing was believed.</param>
internal sealed record FollowStep(string What, TreeHead? Head, string Detail);
