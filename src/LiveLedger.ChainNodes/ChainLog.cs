using System.Text.Json;
using LiveLedger.Chain;
using LiveLedger.Cryptography;

namespace LiveLedger.ChainNodes;

/// <summary>What a contract logged.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">At most four; the first is most often the event's.</param>
/// <param name="Data">The rest.</param>
/// <param name="Block">In which block.</param>
/// <param name="BlockHash">And in which of those that had this height.</param>
/// <param name="Transaction">By which transaction.</param>
/// <param name="TransactionIndex">Its place in the block.</param>
/// <param name="Index">Place among the block's logs.</param>
internal sealed record ChainLog(
    Address Address, IReadOnlyList<Bytes32> Topics, byte[] Data, BlockNumber Block, BlockHash BlockHash, TransactionHash Transaction, uint TransactionIndex, uint Index)
{
    private const int MaxTopics = 4;
    private const int MaxData = 1024 * 1024;

    internal static ChainLog Read(JsonElement json) => new(
        json.Member("address").Address(), [.. json.Member("topics").Items(MaxTopics).Select(static t => t.Word())], json.Member("data").Data(MaxData),
        new(json.Member("blockNumber").Number()), json.Member("blockHash").BlockHash(), json.Member("transactionHash").TransactionHash(),
        (uint)json.Member("transactionIndex").Quantity(uint.MaxValue), (uint)json.Member("logIndex").Quantity(uint.MaxValue));
}

/// <summary>Which logs are meant.</summary>
/// <param name="Addresses">Of these contracts.</param>
/// <param name="Topics">For each place the words that may stand there; empty or missing for any.</param>
internal sealed record LogFilter(IReadOnlyList<Address> Addresses, params IReadOnlyList<IReadOnlyList<Bytes32>> Topics)
{
    /// <summary>True if a log is one of them.</summary>
    public bool Holds(ChainLog log)
    {
        for (var place = 0; place < Topics.Count; place++)
        {
            if (Topics[place].Count > 0 && (place >= log.Topics.Count || !Topics[place].Contains(log.Topics[place])))
            {
                return false;
            }
        }

        return Addresses.Contains(log.Address);
    }
}

/// <summary>The logs of some blocks: all that there are, in their order.</summary>
/// <param name="From">First block.</param>
/// <param name="Last">Last block, as the node has it that gave the logs; the next page begins behind it.</param>
/// <param name="Logs">By block and index.</param>
internal sealed record LogPage(BlockNumber From, BlockHead Last, IReadOnlyList<ChainLog> Logs)
{
    /// <summary>Number of the last block.</summary>
    public BlockNumber To => Last.Number;
}
