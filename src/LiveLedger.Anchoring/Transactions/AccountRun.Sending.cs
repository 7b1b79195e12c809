using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Sends what has a nonce, until it is in a block.</summary>
internal sealed partial class AccountRun
{
    // From a millionth of the ceiling to it, in eighths, takes 118; what takes more is no matter of fees.
    private const int MostAttempts = 120;

    private async Task KeepSendingAsync(Look look, CancellationToken cancel)
    {
        foreach (var live in _state.Live.Where(l => l.Nonce >= look.Mined).ToArray())
        {
            // Only the next in line can be stuck by its own fees; those behind wait for it.
            var stuck = live.Nonce == look.Mined && look.Latest.Number.CompareTo(live.Newest.Block) > 0 && time.GetUtcNow() - live.Newest.PreparedAt >= options.ReplaceAfter;
            if ((stuck || _feesTooLow.Contains(live.Order.Id)) && live.Attempts.Count < MostAttempts)
            {
                if (!await ReplaceAsync(live, look, cancel))
                {
                    return;
                }
            }
            else if (!await IsKnownAsync(live, cancel) && await SendAsync(live, cancel) is (SendAnswer.Refused, { } no))
            {
                // It may have been taken before, so it keeps its nonce, and is tried again until it is mined or a person has looked.
                throw no;
            }
        }
    }

    // Where its hash is unknown, true for a while after it was sent: to send it again then does no harm.
    private async Task<bool> IsKnownAsync(LiveTransaction live, CancellationToken cancel) => live.Newest.Hash is { } hash
        ? await node.TransactionAsync(hash, cancel) is not null
        : _sent.TryGetValue(live.Order.Id, out var sent) && sent.Attempts == live.Attempts.Count && time.GetUtcNow() - sent.At < options.ReplaceAfter / 4;

    private async Task<bool> ReplaceAsync(LiveTransaction live, Look look, CancellationToken cancel)
    {
        var (baseFee, offered) = (await BaseFeeAsync(look, cancel), await node.PriorityFeeAsync(cancel));
        if (_fees.Replacing(live.Newest.MaxFee, live.Newest.Tip, baseFee, offered) is not var (maxFee, tip))
        {
            if (!await IsKnownAsync(live, cancel))
            {
                await SendAsync(live, cancel);
            }

            throw new AccountException(AccountException.FeeCeiling, $"transaction {live.Nonce} of {options.Account} is not mined at {live.Newest.MaxFee} a unit of gas, and the settings' ceiling leaves no room for more");
        }

        await RequireFundsAsync(live.Nonce, live.Gas * maxFee + live.Order.Value, cancel);
        var replacing = live with { Attempts = [.. live.Attempts, await AttemptAsync(live, maxFee, tip, look, cancel)] };
        if (!await AppendAsync(cancel, TransactionEvents.Prepared(time, replacing)))
        {
            return false;
        }

        LogReplaced(live.Order.Id, live.Nonce, maxFee, tip);
        _feesTooLow.Remove(live.Order.Id);
        // In the ledger, and not sent. Whoever comes after a crash here sends it.
        reached(SendStep.Replaced);
        await SendAsync(Current(live.Nonce), cancel);
        return true;
    }

    // Signed now if a signer of our own signs: then the ledger has bytes and hash before anybody else does.
    private async Task<TransactionAttempt> AttemptAsync(LiveTransaction live, UInt128 maxFee, UInt128 tip, Look look, CancellationToken cancel)
    {
        var signed = signer is null ? null : await SignAsync(Unsigned(live, maxFee, tip), cancel);
        return new(maxFee, tip, look.Latest.Number, signed?.Hash, signed?.Bytes ?? default, time.GetUtcNow());
    }

    /// <summary>Sends the newest attempt, and notes its hash if that is news.</summary>
    /// <returns>What the node made of it, and its words.</returns>
    private async Task<(SendAnswer Answer, ChainException? Problem)> SendAsync(LiveTransaction live, CancellationToken cancel)
    {
        var (answer, hash, problem) = await PutAsync(live, cancel);
        switch (answer)
        {
            case SendAnswer.Taken or SendAnswer.Known:
                _sent[live.Order.Id] = (live.Attempts.Count, time.GetUtcNow());
                _feesTooLow.Remove(live.Order.Id);
                reached(SendStep.Sent);
                if (hash is { } told && (!live.Newest.IsSent || told != live.Newest.Hash) && await AppendAsync(cancel, TransactionEvents.Sent(time, live.Order.Id, told)))
                {
                    reached(SendStep.Noted);
                }

                break;
            case SendAnswer.FeesTooLow:
                _feesTooLow.Add(live.Order.Id);
                break;
            case SendAnswer.NoFunds:
                throw new AccountException(AccountException.OutOfFunds, $"the account {options.Account} has too little for transaction {live.Nonce}: {problem!.Detail}");
            case SendAnswer.NotSigned:
                throw new AccountException(AccountException.NotSigned, $"nobody signs for {options.Account}: {problem!.Detail}");
            case SendAnswer.Unknown:
                throw problem!;
            default:
                // A nonce that was used: the next look finds by whom. Later: later. A no: whoever has prepared it just now parks it.
                LogNotTaken(live.Order.Id, live.Nonce, answer, problem!.Detail);
                break;
        }

        return (answer, problem);
    }

    private async Task<(SendAnswer Answer, TransactionHash? Hash, ChainException? Problem)> PutAsync(LiveTransaction live, CancellationToken cancel)
    {
        try
        {
            var hash = live.Newest.Signed.IsEmpty
                ? await node.SendTransactionAsync(Unsigned(live, live.Newest.MaxFee, live.Newest.Tip), cancel)
                : await node.SendRawTransactionAsync(live.Newest.Signed, cancel);
            return live.Newest.Signed.IsEmpty || hash == live.Newest.Hash ? (SendAnswer.Taken, hash, null) : throw AnswerReading.Bad("the hash of what was sent");
        }
        catch (ChainException e)
        {
            return (SendAnswers.Of(e), live.Newest.Hash, e);
        }
    }

    private async Task<LiveLedger.Chain.Transactions.SignedTransaction> SignAsync(UnsignedTransaction unsigned, CancellationToken cancel)
    {
        try
        {
            return await signer!.SignAsync(unsigned, cancel);
        }
        catch (ChainException e)
        {
            // Nothing was prepared, so nothing was sent.
            throw new AccountException(AccountException.NotSigned, $"the signer does not sign for {options.Account}: {e.Detail}");
        }
    }

    private async Task<UInt128> BaseFeeAsync(Look look, CancellationToken cancel) => await node.NextBaseFeeAsync(cancel) ?? look.Latest.BaseFee ?? 0;

    private UnsignedTransaction Unsigned(LiveTransaction live, UInt128 maxFee, UInt128 tip) =>
        new(options.Account, live.Order.To, live.Order.Value, live.Order.Data, live.Nonce, live.Gas, maxFee, tip);

    private LiveTransaction Current(ulong nonce) => _state.Live.First(l => l.Nonce == nonce);

    [LoggerMessage(LogLevel.Information, "order {order}, transaction {nonce}, is replaced: {maxFee} a unit of gas, {tip} of it as tip")]
    private partial void LogReplaced(Guid order, ulong nonce, UInt128 maxFee, UInt128 tip);

    [LoggerMessage(LogLevel.Warning, "order {order}, transaction {nonce}, is not taken ({answer}): {reason}")]
    private partial void LogNotTaken(Guid order, ulong nonce, SendAnswer answer, string reason);
}
