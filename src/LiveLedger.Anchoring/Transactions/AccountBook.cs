using LiveLedger.Chain;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Takes orders for an account's transactions and tells how they stand. In any process: only the sending is one's at a time.</summary>
internal sealed class AccountBook(EventStore ledger, ChainId chain, Address account)
{
    private TaskCompletionSource _ordered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The chain.</summary>
    public ChainId Chain => chain;

    /// <summary>Whose transactions.</summary>
    public Address Account => account;

    /// <summary>Its stream.</summary>
    public StreamName Stream { get; } = TransactionEvents.StreamOf(chain, account);

    /// <summary>Orders a transaction. An order with the same id was given once.</summary>
    /// <returns>False if it had been given before.</returns>
    /// <exception cref="LedgerUnavailableException">The database is away; order again, under the same id.</exception>
    public async Task<bool> OrderAsync(TransactionOrder order, string actor, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Data.Length, TransactionOrder.MaxData, nameof(order));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Purpose.Length, TransactionOrder.MaxPurpose, nameof(order));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Subject.Length, TransactionOrder.MaxSubject, nameof(order));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Value, TransactionOrder.MaxValue, nameof(order));
        var appended = await ledger.AppendAsync(Stream, ExpectedVersion.Any, [TransactionEvents.Ordered(order, actor)], cancel);
        Interlocked.Exchange(ref _ordered, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return appended.Outcome == AppendOutcome.Appended;
    }

    /// <summary>How the account stands now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<AccountState> ReadAsync(CancellationToken cancel)
    {
        var state = new AccountState();
        await CatchUpAsync(state, cancel);
        return state;
    }

    /// <summary>Brings a state up to the stream's end.</summary>
    /// <returns>True if there was more.</returns>
    public async Task<bool> CatchUpAsync(AccountState state, CancellationToken cancel)
    {
        var before = state.Version;
        await foreach (var stored in ledger.ReadStreamAsync(Stream, state.Version + 1, cancel))
        {
            state.Apply(stored);
        }

        return state.Version > before;
    }

    /// <summary>Appends what follows on what a sender has done until this state, and brings it up to that. Orders that come in between change nothing of it.</summary>
    /// <returns>False if another sender was faster; nothing was appended then, and the state has what it did.</returns>
    public async Task<bool> TryAppendAsync(AccountState state, IReadOnlyList<NewEvent> events, CancellationToken cancel)
    {
        while (true)
        {
            var before = state.Version;
            var appended = await ledger.AppendAsync(Stream, ExpectedVersion.Exactly(before), events, cancel);
            await CatchUpAsync(state, cancel);
            if (appended.IsStored || state.LastOfSender > before)
            {
                return appended.IsStored;
            }
        }
    }

    /// <summary>Done at the next order in this process.</summary>
    public Task NextOrder() => Volatile.Read(ref _ordered).Task;
}
