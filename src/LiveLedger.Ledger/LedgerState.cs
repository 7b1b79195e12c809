using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger;

/// <summary>Whether this process may append and sign. It opens once the log was checked against its last checkpoint; a halt lasts until an operator has resolved it.</summary>
public sealed class LedgerState
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _sequenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecentBatches _recent = new();
    private readonly SemaphoreSlim _appended = new(0, 1);
    private volatile string? _halted;
    private volatile bool _open;
    private ulong _size;
    private long _appends;
    private int _awaiting;

    /// <summary>True once the log was checked and as long as it has not halted: the server's readiness.</summary>
    public bool IsOpen => _open && _halted is null;

    /// <summary>Why the log must not be signed again until a person looks; null as long as it may.</summary>
    public string? Halted => _halted;

    /// <summary>How often a halt was found; finding it again counts.</summary>
    internal int Halts { get; private set; }

    /// <summary>True in the one process that sequences and signs.</summary>
    public bool IsLeader { get; internal set; }

    /// <summary>What this process has appended and the journal does not have yet; null unless it leads and keeps one.</summary>
    internal RecentEvents? ForJournal { get; set; }

    /// <summary>Events that are known to have an index; there may be more. An event appended from now on gets no lower index.</summary>
    internal ulong KnownSize => Volatile.Read(ref _size);

    /// <summary>Appends of this process so far.</summary>
    internal long Appends => Interlocked.Read(ref _appends);

    /// <summary>True while a caller in this process waits for an index.</summary>
    internal bool IsAwaited => Volatile.Read(ref _awaiting) > 0;

    internal void Open(ulong size)
    {
        Volatile.Write(ref _size, size);
        _open = true;
    }

    internal void Halt(string reason)
    {
        lock (_lock)
        {
            _halted = reason;
            Halts++;
        }

        Sequenced();
    }

    /// <summary>The log was checked anew and is whole: a halt is over.</summary>
    internal void Resume()
    {
        lock (_lock)
        {
            _halted = null;
        }
    }

    /// <summary>Tells the keeper that somebody has resolved the halt, and that checking anew may find the log whole.</summary>
    internal void Resolve()
    {
        lock (_lock)
        {
            _resolved.TrySetResult();
            _resolved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Done when somebody says that the halt is resolved.</summary>
    internal Task NextResolved()
    {
        lock (_lock)
        {
            return _resolved.Task;
        }
    }

    /// <summary>Throws unless appends are taken.</summary>
    internal void RequireOpen()
    {
        if (_halted is { } reason)
        {
            throw LedgerUnavailableException.Halted(reason);
        }

        if (!_open)
        {
            throw LedgerUnavailableException.Opening();
        }
    }

    /// <summary>Tells a sequencer in this process that there is work. Costs nothing when it was told already.</summary>
    internal void Appended()
    {
        Interlocked.Increment(ref _appends);
        if (_appended.CurrentCount == 0)
        {
            try
            {
                _appended.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another appender told it between the look and the call.
            }
        }
    }

    /// <summary>A caller is going to wait for an index, until <see cref="EndAwait"/>.</summary>
    internal void BeginAwait() => Interlocked.Increment(ref _awaiting);

    internal void EndAwait() => Interlocked.Decrement(ref _awaiting);

    /// <summary>Waits for an append of this process, or for the limit: appends of other processes are found by looking.</summary>
    internal Task<bool> WaitAppendedAsync(TimeSpan limit, CancellationToken cancel) => _appended.WaitAsync(limit, cancel);

    /// <summary>Remembers a batch of this process's sequencer for whoever waits for an index of it, and wakes them.</summary>
    internal void Sequenced(SequencedBatch batch)
    {
        lock (_lock)
        {
            _recent.Add(batch);
            _size = batch.First + (ulong)batch.Count;
        }

        Sequenced();
    }

    /// <summary>The indexes of these positions if this process gave them lately; null does not mean that they have none.</summary>
    internal LedgerIndex[]? FindRecent(ReadOnlySpan<long> positions)
    {
        lock (_lock)
        {
            return _recent.Find(positions);
        }
    }

    /// <summary>Wakes whoever waits for an index.</summary>
    internal void Sequenced()
    {
        lock (_lock)
        {
            _sequenced.SetResult();
            _sequenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Taken before looking for an index; done when the log has grown since.</summary>
    internal Task NextSequenced()
    {
        lock (_lock)
        {
            return _sequenced.Task;
        }
    }
}
