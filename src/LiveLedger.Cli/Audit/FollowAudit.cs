using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Keeps an eye on a log: each new checkpoint must extend the one remembered, which the tiles have to prove. What was believed is on disk
/// before the next is looked at, so a follower that is killed goes on where it was.
/// </summary>
internal sealed class FollowAudit(HttpClient http, Uri server, string memoryFile, TimeSpan interval, Action<FollowStep> tell)
{
    // A look that has begun is brought to its end: a log must not be spared it by answering slowly.
    private static readonly TimeSpan s_lastLook = TimeSpan.FromSeconds(5);

    private readonly SignedTrees _signed = new();
    private VerifierKey? _key;

    /// <summary>Follows until cancelled or until <paramref name="end"/> has passed.</summary>
    /// <exception cref="CommandFailure">No checkpoint was seen at all, or one was neither proven nor, with a policy, cosigned.</exception>
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

        using var look = new CancellationTokenSource();
        using var last = ending.Token.Register(() => look.CancelAfter(s_lastLook));
        var (first, seen, trouble) = (memory, 0, "the time was over before it answered");
        try
        {
            while (true)
            {
                try
                {
                    memory = await StepAsync(memory, trust.Or(memory?.Key ?? _key), look.Token);
                    first ??= memory;
                    seen++;
                }
                catch (NotProven doubt)
                {
                    trouble = doubt.Message;
                    tell(new("unproven", doubt.Head, doubt.Message));
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
            return _signed.Open is { } head ? throw new CommandFailure($"the log has signed a tree of size {head.Size}, root {head.Root}, that is not to be believed so far: {trouble}")
                : seen > 0 ? Good(memory!, first!)
                : throw new CommandFailure($"no checkpoint was seen: {trouble}");
        }
        catch (VerifiedFalse lie)
        {
            return AuditVerdict.False(lie.Message, memory is null ? $"nothing was remembered in {memoryFile}" : $"remembered in {memoryFile}, which was left as it is");
        }
    }

    private async Task<LogMemory> StepAsync(LogMemory? memory, Trust trust, CancellationToken cancellation)
    {
        var log = await SignedLog.FetchAsync(http, server, trust.Key, cancellation);
        _key = log.Key;
        TreeHead? before = memory is null ? null : SignedLog.HeadOf(memory.Note, log.Key, $"the checkpoint in {memoryFile}");

        // First what the log has signed against what it signed before. Witnesses refuse a fork, so who waits for them never sees one.
        await _signed.TakeAsync(log, before, cancellation);
        RequireWitnesses(log, memory, before, trust.Policy);
        if (log.Head != before)
        {
            memory = Remember(log, before?.Size);
        }

        _signed.Settle();
        return memory!;
    }

    private static void RequireWitnesses(SignedLog log, LogMemory? memory, TreeHead? before, TrustPolicy? policy)
    {
        try
        {
            SignedLog.CosignedOf(log.Note, log.Key, policy);
        }
        catch (NotWitnessed) when (log.Head == before && policy!.Check(memory!.Note, log.Key).Result == PolicyResult.Satisfied)
        {
            // It was cosigned when it was remembered, though the log serves it bare now.
        }
    }

    private LogMemory Remember(SignedLog log, TreeSize? before)
    {
        var memory = new LogMemory(log.Key, log.Note);
        LogMemory.Write(memoryFile, memory);
        tell(before is { } size
            ? new("extends", log.Head, $"the remembered tree of size {size}")
            : new("remembered", log.Head, $"the first one seen, by {log.Key}"));
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
/// <param name="What"><c>remembered</c>, <c>extends</c>, <c>unproven</c>, <c>unwitnessed</c> or <c>away</c>.</param>
/// <param name="Head">The new tree.</param>
/// <param name="Detail">What it extends, or why nothing was believed.</param>
internal sealed record FollowStep(string What, TreeHead? Head, string Detail);
