using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Finds an account's transaction by its nonce, where its hash is not known: between two blocks, by the account's count at those in between.</summary>
internal static class NonceSearch
{
    // Blocks that were there when a nonce was given may have been undone since, and the transaction stand in a lower one.
    private const ulong Margin = 128;

    // Blocks that are read one by one, where a node no longer knows counts of so long ago: a day of a chain with twelve seconds to a block.
    private const ulong MostRead = 7_200;

    /// <summary>Null if the chain moves under the search; it is made again then.</summary>
    /// <param name="node">Who is asked.</param>
    /// <param name="account">Whose.</param>
    /// <param name="nonce">Which; the count at <paramref name="to"/> is above it.</param>
    /// <param name="from">The newest block when the nonce was given.</param>
    /// <param name="to">A block that has it in it or below.</param>
    /// <param name="cancel">Ends the search.</param>
    public static async Task<ChainTransaction?> FindAsync(ChainNode node, Address account, ulong nonce, BlockNumber from, BlockNumber to, CancellationToken cancel)
    {
        try
        {
            return await BySearchAsync(node, account, nonce, from, to, cancel);
        }
        catch (ChainException e) when (e.Error is not null)
        {
            // A full node keeps the states of the last 128 blocks, and all blocks.
            return await ByReadingAsync(node, account, nonce, from, to, cancel) ?? throw new ChainException(
                ChainException.Unreachable, $"no transaction with nonce {nonce} of {account} is found in {MostRead} blocks from {from} on, and the node knows no counts of them: {e.Detail}", e);
        }
    }

    private static async Task<ChainTransaction?> BySearchAsync(ChainNode node, Address account, ulong nonce, BlockNumber from, BlockNumber to, CancellationToken cancel)
    {
        var (without, with) = (from.Value > Margin ? from.Value - Margin : 0, to.Value);
        if (await CountAsync(without) > nonce)
        {
            without = 0;
        }

        while (with > without + 1)
        {
            var middle = without + (with - without) / 2;
            (without, with) = await CountAsync(middle) > nonce ? (without, middle) : (middle, with);
        }

        return await node.TransactionAsync(new(with), account, nonce, cancel);

        Task<ulong> CountAsync(ulong block) => node.TransactionCountAsync(account, BlockReference.At(new(block)), cancel);
    }

    private static async Task<ChainTransaction?> ByReadingAsync(ChainNode node, Address account, ulong nonce, BlockNumber from, BlockNumber to, CancellationToken cancel)
    {
        var first = from.Value > Margin ? from.Value - Margin : 0;
        for (var block = first; block <= to.Value && block - first < MostRead; block++)
        {
            if (await node.TransactionAsync(new(block), account, nonce, cancel) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
