using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;

namespace LiveLedger.Cli.Chain;

/// <summary>Where the contracts came to stand.</summary>
/// <param name="Anchor">CheckpointAnchor.</param>
/// <param name="Ownership">BroadcastOwnership.</param>
/// <param name="Tickets">Tickets.</param>
/// <param name="FirstBlock">The first of their blocks.</param>
internal sealed record DeployedContracts(Address Anchor, Address Ownership, Address Tickets, BlockNumber FirstBlock);

/// <summary>
/// Puts our three contracts on a chain, one after the other, and waits until they lie deep enough. What is sent is noted before, and is found again by its nonce:
/// cut off anywhere, the next run goes on and deploys nothing twice.
/// </summary>
/// <param name="node">The chain.</param>
/// <param name="signer">Who signs; null if the node does.</param>
/// <param name="account">Who pays, and registers.</param>
/// <param name="ceiling">Most that a unit of gas may cost.</param>
/// <param name="confirmations">How deep their blocks are to lie, their own being the first.</param>
/// <param name="note">What was sent.</param>
internal sealed class ContractDeployment(ChainNode node, TransactionSigner? signer, Address account, UInt128 ceiling, int confirmations, DeploymentNote note)
{
    private const int Contracts = 3;

    // No block holds more.
    private const ulong MostGas = 1_000_000_000;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly List<(string Contract, TransactionHash Transaction)> _sent = [];

    /// <summary>The contracts that an earlier run had sent.</summary>
    internal List<string> FoundAgain { get; } = [];

    /// <summary>Does it.</summary>
    /// <exception cref="CommandFailure">It did not come to its end; says what was sent.</exception>
    internal async Task<DeployedContracts> RunAsync(TimeSpan patience, Action<ulong, ulong> progress, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        var all = (ulong)(Contracts + confirmations);
        try
        {
            var anchor = await CreateAsync(PublishedContract.Anchor, [], limit.Token);
            progress(1, all);
            var ownership = await CreateAsync(PublishedContract.Ownership, BroadcastOwnershipCalls.Constructor(account), limit.Token);
            progress(2, all);
            var tickets = await CreateAsync(PublishedContract.Tickets, TicketsCalls.Constructor(ownership, anchor), limit.Token);
            progress(Contracts, all);
            return new(anchor, ownership, tickets, await DeepAsync(deep => progress(Contracts + deep, all), limit.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure($"not {confirmations} blocks deep within {patience.TotalSeconds:0} s; {Sent()}");
        }
        catch (ChainException e)
        {
            throw new CommandFailure($"{e.Detail} ({e.Code}); {Sent()}");
        }
    }

    private async Task<Address> CreateAsync(PublishedContract contract, byte[] arguments, CancellationToken cancellation)
    {
        var data = contract.Creation(arguments);
        _sent.Add((contract.Name, await FindAsync(contract, data, cancellation) ?? await SendAsync(contract, data, cancellation)));
        while (true)
        {
            if (await node.ReceiptAsync(_sent[^1].Transaction, cancellation) is { } receipt)
            {
                return receipt is { Succeeded: true, Contract: { } made } ? made : throw Reverted(contract.Name);
            }

            await Task.Delay(s_look, cancellation);
        }
    }

    // What an earlier run has noted, if it was sent, and is that contract; it may wait for its block yet.
    private async Task<TransactionHash?> FindAsync(PublishedContract contract, byte[] data, CancellationToken cancellation)
    {
        if (note.Of(contract.Name) is not { } noted)
        {
            return null;
        }

        while (await node.TransactionCountAsync(account, BlockReference.Pending, cancellation) > noted.Nonce)
        {
            var head = await node.BlockNumberAsync(cancellation);
            if (await node.TransactionCountAsync(account, BlockReference.At(head), cancellation) > noted.Nonce
                && await NonceSearch.FindAsync(node, account, noted.Nonce, new(Math.Min(noted.Block, head.Value)), head, cancellation) is { } found)
            {
                // Something else may have taken the nonce, or this have been reverted.
                if (found.To is not null || !found.Data.AsSpan().SequenceEqual(data) || await node.ReceiptAsync(found.Hash, cancellation) is { Succeeded: false })
                {
                    return null;
                }

                FoundAgain.Add(contract.Name);
                return found.Hash;
            }

            await Task.Delay(s_look, cancellation);
        }

        return null;
    }

    private async Task<TransactionHash> SendAsync(PublishedContract contract, byte[] data, CancellationToken cancellation)
    {
        var gas = await node.EstimateGasAsync(account, null, 0, data, cancellation);
        if (gas is 0 or > MostGas)
        {
            throw ChainException.OfAnswer($"{gas} is no gas that a contract takes");
        }

        var (maxFee, tip) = await FeesAsync(cancellation);
        var unsigned = new UnsignedTransaction(account, null, 0, data, await node.TransactionCountAsync(account, BlockReference.Pending, cancellation), gas + gas / 4, maxFee, tip);
        var isAgain = note.Of(contract.Name)?.Nonce == unsigned.Nonce;
        // On disk before it is sent. A crash from here on leaves a nonce that the next run looks up: it is on the chain, or free.
        note.Add(contract.Name, unsigned.Nonce, (await node.BlockNumberAsync(cancellation)).Value);
        try
        {
            return await SendAsync(unsigned, cancellation);
        }
        catch (ChainException e) when (e.Error is not null && !isAgain)
        {
            // An answer to the first question, and it is no: nobody has it.
            note.Remove(contract.Name);
            throw;
        }
    }

    // Twice the base fee, so that it stays good while full blocks raise that.
    private async Task<(UInt128 MaxFee, UInt128 Tip)> FeesAsync(CancellationToken cancellation)
    {
        var baseFee = await node.NextBaseFeeAsync(cancellation) ?? (await node.HeaderAsync(BlockReference.Latest, cancellation))?.BaseFee ?? 0;
        var tip = await node.PriorityFeeAsync(cancellation);
        return tip > ceiling || baseFee > ceiling - tip
            ? throw new CommandFailure($"a unit of gas costs {baseFee} and a tip of {tip}, more than --max-fee-gwei allows; {Sent()}")
            : (UInt128.Min(ceiling, 2 * baseFee + tip), tip);
    }

    private async Task<TransactionHash> SendAsync(UnsignedTransaction unsigned, CancellationToken cancellation)
    {
        if (signer is null)
        {
            return await node.SendTransactionAsync(unsigned, cancellation);
        }

        var signed = await signer.SignAsync(unsigned, cancellation);
        return await node.SendRawTransactionAsync(signed.Bytes, cancellation) == signed.Hash ? signed.Hash : throw ChainException.OfAnswer("the node names another transaction than it was sent");
    }

    // Asked anew each time: a chain that takes a block back puts the transaction into another one, or into none yet.
    private async Task<BlockNumber> DeepAsync(Action<ulong> progress, CancellationToken cancellation)
    {
        while (true)
        {
            var receipts = new List<TransactionReceipt>();
            foreach (var (contract, transaction) in _sent)
            {
                if (await node.ReceiptAsync(transaction, cancellation) is { } receipt)
                {
                    receipts.Add(receipt.Succeeded ? receipt : throw Reverted(contract));
                }
            }

            if (receipts.Count == Contracts)
            {
                var (head, last) = (await node.BlockNumberAsync(cancellation), receipts.Max(static r => r.Block.Value));
                var deep = head.Value < last ? 0 : Math.Min(head.Value - last + 1, (ulong)confirmations);
                progress(deep);
                if (deep == (ulong)confirmations)
                {
                    return new(receipts.Min(static r => r.Block.Value));
                }
            }

            await Task.Delay(s_look, cancellation);
        }
    }

    private CommandFailure Reverted(string contract) => new($"{contract} was not made: its transaction was reverted; {Sent()}");

    private string Sent() => (_sent.Count == 0 ? "nothing was sent" : $"sent: {string.Join(", ", _sent.Select(static s => $"{s.Contract} by {s.Transaction}"))}")
        + (note.IsEmpty ? "" : $"; the same command goes on from {note.Path}");
}
