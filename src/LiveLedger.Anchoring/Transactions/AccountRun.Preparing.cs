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

    private async Task PrepareWaitingAsync(Look look, CancellationToken cancel)
    {
        while (_state.Waiting.Count > 0 && _state.LiveCount < options.MostUnderWay)
        {
            if (!await PrepareAsync(_state.Waiting[0], look, cancel))
            {
                return;
            }
        }

        await FillGapAsync(look, cancel);
    }

    // False if the rest waits until the next look.
    private async Task<bool> PrepareAsync(TransactionOrder order, Look look, CancellationToken cancel)
    {
        var (baseFee, offered) = (await BaseFeeAsync(look, cancel), await node.PriorityFeeAsync(cancel));
        if (_fees.First(baseFee, offered) is not var (maxFee, tip))
        {
            throw new AccountException(AccountException.FeeCeiling, $"a unit of gas costs {baseFee} and a tip of {offered}, more than the settings allow");
        }

        // Before gas is estimated, which fails for want of funds as well, in other words on each node.
        await RequireFundsAsync(null, order.Value + 21_000 * maxFee, cancel);
        if (await EstimateAsync(order, look, cancel) is not { } gas)
        {
            // If it was parked, the next one's turn has come.
            return _state.Waiting.FirstOrDefault()?.Id != order.Id;
        }

        await RequireFundsAsync(null, order.Value + gas * maxFee, cancel);
        var live = new LiveTransaction(order, await NextNonceAsync(look, cancel), gas, []);
        live = live with { Attempts = [await AttemptAsync(live, maxFee, tip, look, cancel)] };
        if (!await AppendAsync(cancel, TransactionEvents.Prepared(time, live)))
        {
            return false;
        }

        // In the ledger, and not sent. Whoever comes after a crash here sends it under this nonce and no other.
        reached(SendStep.Prepared);
        if (await SendAsync(Current(live.Nonce), cancel) is (SendAnswer.Refused, { } no))
        {
            // The first answer to the first question, and it is no: nobody has it, and the nonce is free.
            return await ParkAsync(order, ChainException.Refused, no.Error!.Message, cancel);
        }

        return true;
    }

    // Null if it is not sent now: it waits, or was parked.
    private async Task<ulong?> EstimateAsync(TransactionOrder order, Look look, CancellationToken cancel)
    {
        try
        {
            var gas = await node.EstimateGasAsync(options.Account, order.To, order.Value, order.Data, cancel);
            return gas is > 0 and <= MostGas ? gas + gas * (ulong)options.GasMargin / 100 : throw AnswerReading.Bad("gas");
        }
        catch (ChainException e) when (e.Error is { } error)
        {
            if (!error.IsRevert && SendAnswers.Of(e) is SendAnswer.NoFunds or SendAnswer.FeesTooLow or SendAnswer.Later or SendAnswer.NotSigned)
            {
                throw;
            }

            // What is under way may be what it waits for, e.g. the contract it calls.
            if (!_state.Live.Any(l => l.Nonce >= look.Mined))
            {
                await ParkAsync(order, AccountException.Reverted, error.Data is null ? error.Message : RevertReason.Describe(error.Data), cancel);
            }

            return null;
        }
    }

    private async Task<bool> ParkAsync(TransactionOrder order, string code, string reason, CancellationToken cancel)
    {
        LogParked(order.Id, order.Purpose, code, reason);
        return await AppendAsync(cancel, TransactionEvents.Parked(time, order.Id, code, reason));
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

    // What a stranger had waiting before ours, and the node has dropped. Waiting orders fill it by themselves.
    private async Task FillGapAsync(Look look, CancellationToken cancel)
    {
        var unmined = _state.Live.FirstOrDefault(l => l.Nonce >= look.Mined);
        if (unmined is null || unmined.Nonce == look.Mined || look.Mined < _state.Floor || unmined.Nonce <= await PendingAsync(look, cancel))
        {
            _gapSince = null;
            return;
        }

        _gapSince ??= time.GetUtcNow();
        if (time.GetUtcNow() - _gapSince >= options.ReplaceAfter && _state.Waiting.Count == 0 && _state.LiveCount <= options.MostUnderWay)
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
