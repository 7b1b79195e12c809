using System.Collections.Concurrent;

namespace LiveLedger.Ledger;

/// <summary>
/// First events of streams that come at the same time, stored in one transaction: while one commits, those who come make up the next. Nobody
/// waits for company, and under load a transaction is paid for by all who are in it.
/// </summary>
/// <param name="store">Stores some, no two of one stream, and answers each of them; it does not throw.</param>
internal sealed class GroupCommit(Func<IReadOnlyList<GroupCommit.First>, Task> store)
{
    /// <summary>Most events in a transaction.</summary>
    public const int MaxEvents = 128;

    // One that waits for the disk, and one that is being put together and computed on: if it is worth it. The first to come meanwhile would
    // otherwise have a transaction alone, which costs what three in company do, and half of all transactions were such.
    private const int MaxAtOnce = 2;
    internal const int WorthASecond = 16;

    private readonly ConcurrentQueue<First> _waiting = new();
    private int _running;

    /// <summary>Stores an event with those that come along.</summary>
    public async Task<AppendResult> AppendAsync(StreamName stream, NewEvent added, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var first = new First(stream, added);
        _waiting.Enqueue(first);
        Start();
        try
        {
            return await first.Answer.Task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            // Who has gone is not stored if there is still time.
            first.Answer.TrySetCanceled(CancellationToken.None);
            throw;
        }
    }

    private void Start()
    {
        for (var running = Volatile.Read(ref _running); running < MaxAtOnce && _waiting.Count >= (running == 0 ? 1 : WorthASecond); running = Volatile.Read(ref _running))
        {
            if (Interlocked.CompareExchange(ref _running, running + 1, running) == running)
            {
                _ = Task.Run(RunAsync);
                return;
            }
        }
    }

    private async Task RunAsync()
    {
        if (Take() is { Count: > 0 } group)
        {
            await store(group);
        }

        Interlocked.Decrement(ref _running);
        // For those who have come since.
        Start();
    }

    private List<First> Take()
    {
        var (group, streams) = (new List<First>(), new HashSet<StreamName>());
        while (group.Count < MaxEvents && _waiting.TryDequeue(out var first))
        {
            if (first.Answer.Task.IsCompleted)
            {
                continue;
            }

            if (!streams.Add(first.Stream))
            {
                // The next one finds the stream there.
                _waiting.Enqueue(first);
                break;
            }

            group.Add(first);
        }

        return group;
    }

    /// <summary>A first event, and where its answer goes.</summary>
    internal sealed record First(StreamName Stream, NewEvent Event)
    {
        public TaskCompletionSource<AppendResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
