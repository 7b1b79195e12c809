using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Watches what was sent until it is final.</summary>
internal sealed partial class AccountRun
{
    // Where each was found that is not final: no receipt is asked for again before that is.
    private readonly Dictionary<Guid, BlockNumber> _minedIn = [];

    private async Task WatchAsync(Look look, CancellationToken cancel)
    {
        foreach (var live in _state.Live.TakeWhile(l => l.Nonce < look.Mined).ToArray())
        {
            // It was in a block that is not final yet. Should the chain take that back, the next receipt says so.
            if (_minedIn.TryGetValue(live.Order.Id, out var seen) && (look.Final is not { } deep || seen.CompareTo(deep) > 0))
            {
                continue;
            }

            if (await MinedAsync(live, look, cancel) is { } ours)
            {
                _minedIn[live.Order.Id] = ours.Block;
                if (!await FinishAsync(live, ours, look, cancel))
                {
                    return;
                }
            }
            else if (await NonceSearch.FindAsync(node, options.Account, live.Nonce, live.Attempts[0].Block, look.Latest.Number, cancel) is { Block: { } block } found)
            {
                if (live.Is(options.Account, found))
                {
                    // Ours, whose hash the node never got to tell.
                    if (await node.ReceiptAsync(found.Hash, cancel) is { } receipt && !await FinishAsync(live, receipt, look, cancel))
                    {
                        return;
                    }
                }
                else if (look.Final is { } final && block.CompareTo(final) <= 0)
                {
                    // Only now: before it is final the chain may take it back, ours be mined after all, and the order be carried out twice.
                    LogDisplaced(live.Order.Id, live.Nonce, found.Hash);
                    Forget(live);
                    if (!await AppendAsync(cancel, TransactionEvents.Displaced(time, live, found.Hash, block)))
                    {
                        return;
                    }
                }
            }
        }
    }

    // By whichever of its attempts: a replaced one may have been faster.
    private async Task<TransactionReceipt?> MinedAsync(LiveTransaction live, Look look, CancellationToken cancel)
    {
        foreach (var hash in live.Attempts.Select(static a => a.Hash).OfType<TransactionHash>().Reverse())
        {
            if (await node.ReceiptAsync(hash, cancel) is { } receipt && receipt.Block.CompareTo(look.Latest.Number) <= 0)
            {
                return receipt;
            }
        }

        return null;
    }

    private async Task<bool> FinishAsync(LiveTransaction live, TransactionReceipt receipt, Look look, CancellationToken cancel)
    {
        if (look.Final is not { } final || receipt.Block.CompareTo(final) > 0)
        {
            return true;
        }

        // The receipt and the height may come from two nodes, of which one has another block there.
        if (await node.HeaderAsync(BlockReference.At(receipt.Block), cancel) is not { } block || block.Hash != receipt.BlockHash)
        {
            return true;
        }

        reached(SendStep.Final);
        var mined = TransactionEvents.Mined(time, live, receipt);
        var appended = receipt.Succeeded
            ? await AppendAsync(cancel, mined)
            : await AppendAsync(cancel, mined, TransactionEvents.Parked(time, live.Order.Id, AccountException.Reverted, await ReasonAsync(live, receipt, cancel)));
        Forget(live);
        reached(SendStep.Done);
        return appended;
    }

    // The receipt does not say why; the same call on the state before its block mostly does.
    private async Task<string> ReasonAsync(LiveTransaction live, TransactionReceipt receipt, CancellationToken cancel)
    {
        if (receipt.GasUsed >= live.Gas)
        {
            return "out of gas";
        }

        try
        {
            await node.CallAsync(live.Order.To, live.Order.Data, BlockReference.At(new(receipt.Block.Value - 1)), cancel, options.Account, live.Order.Value);
            return "reverted; by now it would not be";
        }
        catch (ChainException e) when (e.Error is { } error)
        {
            return error.Data is null ? error.Message : RevertReason.Describe(error.Data);
        }
    }

    private void Forget(LiveTransaction live)
    {
        _feesTooLow.Remove(live.Order.Id);
        _sent.Remove(live.Order.Id);
        _minedIn.Remove(live.Order.Id);
    }

    [LoggerMessage(LogLevel.Warning, "order {order} has lost its nonce {nonce} to {hash}, which is not ours: the account is used by somebody else")]
    private partial void LogDisplaced(Guid order, ulong nonce, TransactionHash hash);
}
