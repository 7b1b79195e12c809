using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.Ledger;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>
/// Carries an account's orders out, in the one process that holds its lock. What it knows beyond the ledger (what it has seen in blocks that are not final yet, when
/// it sent last) is lost with the process and found again by looking.
/// </summary>
internal sealed partial class AccountRun(
    AccountBook book, ChainNode node, TransactionSigner? signer, AccountOptions options, TimeProvider time, ILogger log, Action<SendStep> reached)
{
    private readonly AccountState _state = new();
    private readonly FeePolicy _fees = new(options.FeeCeiling);
    private readonly Dictionary<Guid, (int Attempts, DateTimeOffset At)> _sent = [];
    private readonly HashSet<Guid> _feesTooLow = [];
    private DateTimeOffset _lookedBack = DateTimeOffset.MinValue;
    private DateTimeOffset? _gapSince;

    /// <summary>What the chain says now, as far as one step needs it.</summary>
    /// <param name="Latest">Its newest block.</param>
    /// <param name="Mined">How many of the account's transactions stand in blocks until that.</param>
    /// <param name="Final">The newest block that is taken for good.</param>
    private sealed record Look(BlockHead Latest, ulong Mined, BlockNumber? Final);

    /// <summary>Its state, up to what was read last.</summary>
    public AccountState State => _state;

    /// <summary>Does what there is to do now.</summary>
    /// <returns>True if something is under way or waits.</returns>
    /// <exception cref="ChainException">The chain stands in the way; nothing is lost.</exception>
    /// <exception cref="AccountException">The account does.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger does.</exception>
    public async Task<bool> StepAsync(CancellationToken cancel)
    {
        await book.CatchUpAsync(_state, cancel);
        var idle = _state.LiveCount == 0 && _state.Waiting.Count == 0;
        if (idle && (_state.Done.Count == 0 || time.GetUtcNow() - _lookedBack < options.LookBack))
        {
            return false;
        }

        var look = await LookAsync(cancel);
        _lookedBack = time.GetUtcNow();
        await UndoAsync(look, cancel);
        await WatchAsync(look, cancel);
        await KeepSendingAsync(look, cancel);
        await PrepareWaitingAsync(look, cancel);
        return _state.LiveCount > 0 || _state.Waiting.Count > 0;
    }

    private async Task<Look> LookAsync(CancellationToken cancel)
    {
        var latest = await node.HeaderAsync(BlockReference.Latest, cancel) ?? throw AnswerReading.Bad("the newest block");
        // At that very block, so that both are of one state.
        var mined = await node.TransactionCountAsync(options.Account, BlockReference.At(latest.Number), cancel);
        var depth = (ulong)Math.Max(0, options.Confirmations - 1);
        BlockNumber? final = latest.Number.Value >= depth ? new(latest.Number.Value - depth) : null;
        if (options.AwaitFinalized && await node.HeaderAsync(BlockReference.Finalized, cancel) is { } finalized)
        {
            final = finalized.Number;
        }

        return new(latest, mined, final);
    }

    // A node that has not caught up has no block at that height, or the same; one whose chain took the block back has another.
    private async Task UndoAsync(Look look, CancellationToken cancel)
    {
        while (_state.Done.Count > 0 && _state.Done.MaxBy(static d => d.Transaction.Nonce)! is var done && done.Transaction.Nonce >= look.Mined)
        {
            if (await node.HeaderAsync(BlockReference.At(done.Block), cancel) is not { } there || there.Hash == done.BlockHash)
            {
                throw new ChainException(ChainException.Unreachable, $"the node is behind: it knows {look.Mined} transactions of {options.Account}, and {done.Transaction.Nonce + 1} were final");
            }

            LogUndone(done.Hash, done.Block.Value);
            if (!await book.TryAppendAsync(_state, [TransactionEvents.Undone(time, done)], cancel))
            {
                return;
            }
        }
    }

    private Task<bool> AppendAsync(CancellationToken cancel, params IReadOnlyList<NewEvent> events) => book.TryAppendAsync(_state, events, cancel);

    [LoggerMessage(LogLevel.Error, "the chain has taken back block {block}, which was taken for final: transaction {hash} stands again")]
    private partial void LogUndone(TransactionHash hash, ulong block);
}
