using System.Text.Json;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>What became of a transaction that stands in a block.</summary>
/// <param name="Transaction">Which.</param>
/// <param name="Block">In which block.</param>
/// <param name="BlockHash">And in which of those that had this height.</param>
/// <param name="Succeeded">False if it was reverted: paid for, and without effect.</param>
/// <param name="GasUsed">Gas.</param>
/// <param name="GasPrice">What a unit of it cost.</param>
/// <param name="Contract">The contract it made, if it made one.</param>
/// <param name="Logs">What was logged by it.</param>
internal sealed record TransactionReceipt(
    TransactionHash Transaction, BlockNumber Block, BlockHash BlockHash, bool Succeeded, ulong GasUsed, UInt128 GasPrice, Address? Contract, IReadOnlyList<ChainLog> Logs)
{
    private const int MaxLogs = 20_000;

    // A receipt of before Byzantium has a root and no status; no contract of ours is that old.
    internal static TransactionReceipt Read(JsonElement json) => new(
        json.Member("transactionHash").TransactionHash(), new(json.Member("blockNumber").Number()), json.Member("blockHash").BlockHash(),
        json.Member("status").Quantity(1) == 1, json.Member("gasUsed").Number(), json.Optional("effectiveGasPrice")?.Amount() ?? 0,
        json.Optional("contractAddress")?.Address(), [.. json.Member("logs").Items(MaxLogs).Select(ChainLog.Read)]);
}

/// <summary>A transaction as a node shows it, in a block or waiting for one.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="From">Who signed it.</param>
/// <param name="To">To whom; null if it makes a contract.</param>
/// <param name="Nonce">Which of the account's it is.</param>
/// <param name="Value">What it carries.</param>
/// <param name="Data">What it says.</param>
/// <param name="Block">In which block; null while it waits.</param>
internal sealed record ChainTransaction(TransactionHash Hash, Address From, Address? To, ulong Nonce, UInt128 Value, byte[] Data, BlockNumber? Block)
{
    private const int MaxData = 1024 * 1024;

    internal static ChainTransaction Read(JsonElement json) => new(
        json.Member("hash").TransactionHash(), json.Member("from").Address(), json.Optional("to")?.Address(), json.Member("nonce").Number(),
        json.Member("value").Amount(), json.Member("input").Data(MaxData), json.Optional("blockNumber") is { } number ? new(number.Number()) : null);
}
