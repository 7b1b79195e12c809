using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger;

/// <summary>Whether this process may append and sign. It opens once the log was checked against its last checkpoint; a halt is for good.</summary>
public sealed class LedgerState
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _sequenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _appended = new(0, 1);
    private volatile string? _halted;
    private volatile bool _open;

    /// <summary>True once the log was checked and as long as it has not halted: the server's readiness.</summary>
    public bool IsOpen => _open && _halted is null;

    /// <summary>Why the log must not be signed again until a person looks; null as long as it may.</summary>
    public string? Halted => _halted;

    /// <summary>True in the one process that sequences and signs.</summary>
    public bool IsLeader { get; internal set; }

    internal void Open() => _open = true;

    internal void Halt(string reason)
    {
        lock (_lock)
        {
            _halted ??= reason;
        }

        Sequenced();
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

    /// <summary>Waits for an append of this process, or for the limit: appends of other processes are found by looking.</summary>
    internal Task<bool> WaitAppendedAsync(TimeSpan limit, CancellationToken cancel) => _appended.WaitAsync(limit, cancel);

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
