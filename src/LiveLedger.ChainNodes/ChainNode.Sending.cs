using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Fees, and what is sent.</summary>
internal sealed partial class ChainNode
{
    private const int MaxFeeBlocks = 1024;
    private const int MaxTransactions = 100_000;
    private const int MaxSigned = 256 * 1024;

    /// <summary>What the next block asks for a unit of gas at least; null if the node does not say, or the chain is without EIP-1559.</summary>
    public async Task<UInt128?> NextBaseFeeAsync(CancellationToken cancel)
    {
        try
        {
            return await AskAsync<UInt128?>(
                "eth_feeHistory", ["0x1", "latest", new JsonArray()],
                // One for each block and one for the next.
                static e => e.Optional("baseFeePerGas")?.Items(MaxFeeBlocks).LastOrDefault() is { ValueKind: JsonValueKind.String } next ? next.Amount() : null, cancel);
        }
        catch (ChainException e) when (e.Error?.Code == NodeError.MethodNotFound)
        {
            return null;
        }
    }

    /// <summary>What its maker is offered on top, by the node's judgement.</summary>
    public Task<UInt128> PriorityFeeAsync(CancellationToken cancel) => AskAsync("eth_maxPriorityFeePerGas", [], static e => e.Amount(), cancel);

    /// <summary>How much gas a transaction takes. One that would revert is <see cref="ChainException.Refused"/>, with what it said in <see cref="NodeError.Data"/>.</summary>
    public Task<ulong> EstimateGasAsync(Address from, Address? to, UInt128 value, ReadOnlyMemory<byte> data, CancellationToken cancel) => AskAsync(
        "eth_estimateGas",
        [new JsonObject { ["from"] = from.ToString(), ["value"] = HexText.Quantity(value), ["data"] = HexText.Of(data.Span) }.With("to", to?.ToString())],
        static e => e.Number(), cancel);

    /// <summary>The transaction of an account with this nonce, if it stands in this block. Other transactions may be of kinds that are not known here.</summary>
    public Task<ChainTransaction?> TransactionAsync(BlockNumber block, Address account, ulong nonce, CancellationToken cancel) => AskAsync(
        "eth_getBlockByNumber", [HexText.Quantity(block.Value), true],
        e => e.OrNull(static b => b.Member("transactions").Items(MaxTransactions).ToArray())?.Where(t => t.Member("from").Address() == account && t.Member("nonce").Number() == nonce)
            .Select(ChainTransaction.Read).FirstOrDefault(), cancel);

    /// <summary>Has the node sign and send. Safe to repeat, since it names its nonce, but no other node is asked by itself: who has the key is known to one.</summary>
    public Task<TransactionHash> SendTransactionAsync(UnsignedTransaction transaction, CancellationToken cancel) =>
        AskAsync("eth_sendTransaction", [transaction.ToJson(Chain)], static e => e.TransactionHash(), cancel, once: true);

    /// <summary>Sends what was signed. Safe to repeat at any node; but by who asks, since after silence here a no from another node says nothing of this one.</summary>
    public Task<TransactionHash> SendRawTransactionAsync(ReadOnlyMemory<byte> signed, CancellationToken cancel) =>
        AskAsync("eth_sendRawTransaction", [HexText.Of(signed.Span)], static e => e.TransactionHash(), cancel, once: true);

    /// <summary>Has it signed and not sent. Web3Signer and nodes answer the bytes, geth an object with them; Clef knows it by another name.</summary>
    public async Task<byte[]> SignTransactionAsync(UnsignedTransaction transaction, CancellationToken cancel)
    {
        try
        {
            return await AskAsync("eth_signTransaction", [transaction.ToJson(Chain)], ReadSigned, cancel);
        }
        catch (ChainException e) when (e.Error?.Code == NodeError.MethodNotFound)
        {
            return await AskAsync("account_signTransaction", [transaction.ToJson(Chain)], ReadSigned, cancel);
        }
    }

    private static byte[] ReadSigned(JsonElement json) => (json.ValueKind == JsonValueKind.Object ? json.Member("raw") : json).Data(MaxSigned);
}

/// <summary>A transaction with dynamic fees (EIP-1559) before it is signed.</summary>
/// <param name="From">Who signs.</param>
/// <param name="To">To whom; null to make a contract.</param>
/// <param name="Value">What it carries.</param>
/// <param name="Data">What it says.</param>
/// <param name="Nonce">Which of the account's it is.</param>
/// <param name="Gas">Most gas.</param>
/// <param name="MaxFee">Most that a unit of gas may cost.</param>
/// <param name="Tip">Of which so much goes to the block's maker.</param>
internal sealed record UnsignedTransaction(Address From, Address? To, UInt128 Value, ReadOnlyMemory<byte> Data, ulong Nonce, ulong Gas, UInt128 MaxFee, UInt128 Tip)
{
    internal JsonObject ToJson(ChainId chain) => new JsonObject
    {
        ["type"] = "0x2",
        ["chainId"] = HexText.Quantity(chain.Value),
        ["from"] = From.ToString(),
        ["value"] = HexText.Quantity(Value),
        // Clef insists on input where both are there and differ; geth takes either. Old nodes know data only.
        ["data"] = HexText.Of(Data.Span),
        ["nonce"] = HexText.Quantity(Nonce),
        ["gas"] = HexText.Quantity(Gas),
        ["maxFeePerGas"] = HexText.Quantity(MaxFee),
        ["maxPriorityFeePerGas"] = HexText.Quantity(Tip),
    }.With("to", To?.ToString());
}

/// <summary>Members that are left out rather than null: nodes do not agree on what null is.</summary>
internal static class JsonMembers
{
    public static JsonObject With(this JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }

        return json;
    }
}
