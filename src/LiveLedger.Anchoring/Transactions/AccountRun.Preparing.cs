using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>
/// Gives waiting orders their nonces: as late as can be, when everything that is known says that a node will take them. A nonce that was given and not used would
/// hold up all behind it.
/// </summary>
internal sealed partial class AccountRun
{
    // Far more than anybody has waiting outside; a node that says otherwise would have us leave numbers out.
    private const ulong MostPending = 64;

    // A block holds less.
    private const ulong MostGas = 1_000_000_000;

    // A node that says no to so many has trouble of its own: the others with the same turn are not asked for in this look.
    private const int MostRefusals = 3;

    // Redemptions in one look: behind them it looks again at what has come meanwhile, and has a deadline.
    private const int MostTried = 8;

    // What the node has refused to estimate, and how often: those behind come first at the next look.
    private readonly Dictionary<Guid, int> _refused = [];

    private enum Turn
    {
        /// <summary>It has its nonce, or was parked.</summary>
        Done,

        /// <summary>Not now; the next one's turn has come all the same.</summary>
        Refused,

        /// <summary>It waits, and all behind it do.</summary>
        Waits,

        /// <summary>Another sender was faster.</summary>
        Lost,
    }

    private async Task PrepareWaitingAsync(Look look, CancellationToken cancel)
    {
        var refusals = new List<ChainException>();
        var refusedOf = new Dictionary<int, int>();
        var redemptions = 0;
        foreach (var order in InTurn().Where(o => HasRoom(o, look) && refusedOf.GetValueOrDefault(OrderPurpose.RankOf(o.Purpose)) < MostRefusals))
        {
            if (order.Purpose == OrderPurpose.Redemption && redemptions++ == MostTried)
            {
                break;
            }

            var turn = await PrepareAsync(order, look, refusals, cancel);
            if (turn == Turn.Lost)
            {
                return;
            }

            if (turn == Turn.Waits)
            {
                break;
            }

            if (turn == Turn.Refused)
            {
                var rank = OrderPurpose.RankOf(order.Purpose);
                refusedOf[rank] = refusedOf.GetValueOrDefault(rank) + 1;
                _refused[order.Id] = _refused.GetValueOrDefault(order.Id) + 1;
            }
            else
            {
                _refused.Remove(order.Id);
            }
        }

        await FillGapAsync(look, cancel);
        if (refusals.Count > 0)
        {
            throw refusals[0];
        }
    }

    // What has a deadline first; of redemptions one of each sale before another of the same: whoever signs most does not come before all others.
    private TransactionOrder[] InTurn()
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var live in _state.Live.Where(static l => l.Order.Purpose == OrderPurpose.Redemption))
        {
            places[live.Order.Subject] = places.GetValueOrDefault(live.Order.Subject) + 1;
        }

        return
        [
            .. _state.Waiting.Select(o => (Order: o, Place: o.Purpose == OrderPurpose.Redemption ? places[o.Subject] = places.GetValueOrDefault(o.Subject) + 1 : 0)).ToArray()
                .OrderBy(static t => OrderPurpose.RankOf(t.Order.Purpose)).ThenBy(t => _refused.GetValueOrDefault(t.Order.Id)).ThenBy(static t => t.Place).Select(static t => t.Order),
        ];
    }

    private bool HasRoom(TransactionOrder order, Look look)
    {
        if (order.Purpose == TransactionOrder.FillerPurpose)
        {
            return true;
        }

        var redeems = order.Purpose == OrderPurpose.Redemption;
        var unmined = _state.Live.Where(l => l.Nonce >= look.Mined).ToArray();
        return unmined.Length < options.MostUnderWay && _state.LiveCount < (redeems ? options.MostUnfinal / 2 : options.MostUnfinal)
            && (!redeems || unmined.Count(static l => l.Order.Purpose == OrderPurpose.Redemption) < options.MostRedemptions);
    }

    private async Task<Turn> PrepareAsync(TransactionOrder order, Look look, List<ChainException> refusals, CancellationToken cancel)
    {
        var (baseFee, offered) = (await BaseFeeAsync(look, cancel), await node.PriorityFeeAsync(cancel));
        if (_fees.First(baseFee, offered) is not var (maxFee, tip))
        {
            throw new AccountException(AccountException.FeeCeiling, $"a unit of gas costs {baseFee} and a tip of {offered}, more than the settings allow");
        }

        // Before gas is estimated, which fails for want of funds as well, in other words on each node.
        await RequireFundsAsync(null, order.Value + 21_000 * maxFee, cancel);
        if (!_state.IsWaiting(order.Id))
        {
            return Turn.Lost;
        }

        var (estimated, turn) = await EstimateAsync(order, look, refusals, cancel);
        if (estimated is not { } gas)
        {
            return turn;
        }

        await RequireFundsAsync(null, order.Value + gas * maxFee, cancel);
        if (!_state.IsWaiting(order.Id))
        {
            return Turn.Lost;
        }

        var live = new LiveTransaction(order, await NextNonceAsync(look, cancel), gas, []);
        live = live with { Attempts = [await AttemptAsync(live, maxFee, tip, look, cancel)] };
        if (!await AppendAsync(cancel, TransactionEvents.Prepared(time, live)))
        {
            return Turn.Lost;
        }

        // In the ledger, and not sent. Whoever comes after a crash here sends it under this nonce and no other.
        reached(SendStep.Prepared);
        if (await SendAsync(Current(live.Nonce), cancel) is (SendAnswer.Refused, { } no))
        {
            // The first answer to the first question, and it is no: nobody has it, and the nonce is free.
            return await ParkAsync(order, ChainException.Refused, no.Error!.Message, cancel);
        }

        return Turn.Done;
    }

    // No gas if it is not sent now.
    private async Task<(ulong? Gas, Turn Turn)> EstimateAsync(TransactionOrder order, Look look, List<ChainException> refusals, CancellationToken cancel)
    {
        var redeems = order.Purpose == OrderPurpose.Redemption;
        try
        {
            var gas = await node.EstimateGasAsync(options.Account, order.To, order.Value, order.Data, cancel);
            if (redeems && gas > options.MostRedemptionGas)
            {
                return (null, await ParkAsync(order, AccountException.TooMuchGas, $"it would take {gas} gas, and one of its kind may take {options.MostRedemptionGas}", cancel));
            }

            return gas is > 0 and <= MostGas ? (gas + gas * (ulong)options.GasMargin / 100, Turn.Done) : throw AnswerReading.Bad("gas");
        }
        catch (ChainException e) when (e.Error is { } error)
        {
            if (!error.IsRevert && SendAnswers.Of(e) is SendAnswer.NoFunds or SendAnswer.FeesTooLow or SendAnswer.Later or SendAnswer.NotSigned)
            {
                throw;
            }

            if (!error.IsRevert && !error.IsHalt)
            {
                // The node's own trouble, a state it lacks above all. Parked for that, a start would never be proved.
                refusals.Add(e);
                return (null, Turn.Refused);
            }

            // What is under way may be what it waits for, e.g. the contract it calls. A redemption waits for nothing that we do.
            return !redeems && _state.Live.Any(l => l.Nonce >= look.Mined)
                ? (null, Turn.Waits)
                : (null, await ParkAsync(order, AccountException.Reverted, error.Data is null ? error.Message : RevertReason.Describe(error.Data), cancel));
        }
    }

    private async Task<Turn> ParkAsync(TransactionOrder order, string code, string reason, CancellationToken cancel)
    {
        LogParked(order.Id, order.Purpose, code, reason);
        return await AppendAsync(cancel, TransactionEvents.Parked(time, order.Id, code, reason)) ? Turn.Done : Turn.Lost;
    }

    // Behind what waits at the node, of whomever: to take the nonce of a stranger's transaction would be to replace it.
    private async Task<ulong> NextNonceAsync(Look look, CancellationToken cancel)
    {
        var nonce = Math.Max(_state.Floor, await PendingAsync(look, cancel));
        while (_state.IsLive(nonce))
        {
            nonce++;
        }

        return nonce;
    }

    private async Task<ulong> PendingAsync(Look look, CancellationToken cancel) =>
        Math.Clamp(await node.TransactionCountAsync(options.Account, BlockReference.Pending, cancel), look.Mined, look.Mined + MostPending);

    // What a stranger had waiting before ours, and the node has dropped. Waiting orders fill it by themselves, if there is room for one.
    private async Task FillGapAsync(Look look, CancellationToken cancel)
    {
        var unmined = _state.Live.FirstOrDefault(l => l.Nonce >= look.Mined);
        if (unmined is null || unmined.Nonce == look.Mined || look.Mined < _state.Floor || unmined.Nonce <= await PendingAsync(look, cancel))
        {
            _gapSince = null;
            return;
        }

        _gapSince ??= time.GetUtcNow();
        if (time.GetUtcNow() - _gapSince >= options.ReplaceAfter && !_state.Waiting.Any(static o => o.Purpose == TransactionOrder.FillerPurpose))
        {
            LogGap(look.Mined, unmined.Nonce);
            _gapSince = null;
            await book.OrderAsync(new(Guid.CreateVersion7(time.GetUtcNow()), TransactionOrder.FillerPurpose, $"{look.Mined}", options.Account, 0, default), "system", cancel);
        }
    }

    // Counts what is under way at its highest price: it may all be mined at that.
    private async Task RequireFundsAsync(ulong? replacing, UInt128 cost, CancellationToken cancel)
    {
        var balance = await node.BalanceAsync(options.Account, BlockReference.Latest, cancel);
        var mined = await node.TransactionCountAsync(options.Account, BlockReference.Latest, cancel);
        var needed = _state.Live.Where(l => l.Nonce >= mined && l.Nonce != replacing).Aggregate(cost, static (sum, l) => sum + l.MostCost);
        if (balance >= needed)
        {
            if (_state.IsOutOfFunds)
            {
                await AppendAsync(cancel, TransactionEvents.Funded(time, balance));
            }

            return;
        }

        if (!_state.IsOutOfFunds)
        {
            await AppendAsync(cancel, TransactionEvents.OutOfFunds(time, balance, needed));
        }

        throw new AccountException(AccountException.OutOfFunds, $"the account {options.Account} has {balance} and needs {needed}");
    }

    [LoggerMessage(LogLevel.Error, "order {order} ({purpose}) is parked: {code}, {reason}")]
    private partial void LogParked(Guid order, string purpose, string code, string reason);

    [LoggerMessage(LogLevel.Warning, "nobody has transactions from {from} up to {to}, which waits for them: they are filled")]
    private partial void LogGap(ulong from, ulong to);
}
