using LiveLedger.Chain;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Takes orders for an account's transactions and tells how they stand. In any process: only the sending is one's at a time.</summary>
internal sealed class AccountBook(EventStore ledger, ChainId chain, Address account, TimeProvider? time = null)
{
    /// <summary>How often what is parked is ordered again: with an hour between the later ones, for weeks.</summary>
    public const int MostAttempts = 1000;

    private static readonly TimeSpan s_firstRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestRest = TimeSpan.FromHours(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly AccountState _known = new();
    private readonly SemaphoreSlim _asking = new(1, 1);
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

    /// <summary>
    /// Orders what has to come about: where it was parked, again under another id, once it has rested, each time for longer. A node's bad minute would otherwise keep
    /// it from ever being done.
    /// </summary>
    /// <param name="what">What it is, the same for the same.</param>
    /// <param name="order">The order under an id.</param>
    /// <param name="actor">Who orders.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <param name="most">After so many times it stays parked.</param>
    /// <returns>The order that stands for it, and whether it is new.</returns>
    /// <inheritdoc cref="OrderAsync"/>
    public async Task<(Guid Id, bool IsNew)> OrderAgainAsync(string what, Func<Guid, TransactionOrder> order, string actor, CancellationToken cancel, int most = MostAttempts)
    {
        var now = _time.GetUtcNow();
        var (id, rests) = await AskAsync(
            state =>
            {
                var parked = 0;
                DateTimeOffset? last = null;
                while (state.Parked.TryGetValue(OrderId.Of(what, parked), out var before))
                {
                    (parked, last) = (parked + 1, before.At);
                }

                return last is { } at && (parked >= most || now - at < RestAfter(parked)) ? (OrderId.Of(what, parked - 1), true) : (OrderId.Of(what, parked), false);
            },
            cancel);
        return (id, !rests && await OrderAsync(order(id), actor, cancel));
    }

    /// <summary>Asks how the account stands now. Only what has come since the last question is read.</summary>
    /// <param name="ask">The question; it must take nothing along that changes later.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<T> AskAsync<T>(Func<AccountState, T> ask, CancellationToken cancel)
    {
        await _asking.WaitAsync(cancel);
        try
        {
            await CatchUpAsync(_known, cancel);
            return ask(_known);
        }
        finally
        {
            _asking.Release();
        }
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

    private static TimeSpan RestAfter(int parked) => parked > 6 ? s_longestRest : s_firstRest * (1 << (parked - 1));
}
