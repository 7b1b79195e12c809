using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Cryptography;
using Microsoft.Extensions.Logging;

namespace LiveLedger.ChainNodes;

/// <summary>
/// Asks a chain's nodes (Ethereum's execution-apis). Every method throws <see cref="ChainException"/> and nothing else but the caller's own cancellation; what a
/// node says is read within bounds, and is its word, not the truth.
/// </summary>
internal sealed partial class ChainNode(ChainNodeOptions options, TimeProvider time, ILogger<ChainNode> log) : IDisposable
{
    private const int MaxCode = 1024 * 1024;

    private readonly ChainEndpoints _endpoints = new(options, time, log);

    /// <summary>The chain; nodes of others are not listened to.</summary>
    public ChainId Chain => options.Chain;

    /// <summary>Each node, and the chain it says it is of or why it does not.</summary>
    public async Task<IReadOnlyList<(string Node, ChainId? Chain, ChainException? Problem)>> LookAsync(CancellationToken cancel) =>
        await Task.WhenAll(_endpoints.All.Select<RpcEndpoint, Task<(string, ChainId?, ChainException?)>>(async endpoint =>
        {
            try
            {
                var chain = await endpoint.ChainAsync(cancel);
                return (endpoint.Address.Name, chain, chain == Chain ? null : new(ChainException.WrongId, $"the node {endpoint.Address} is of chain {chain}, not {Chain}"));
            }
            catch (ChainException e)
            {
                return (endpoint.Address.Name, null, e);
            }
        }));

    /// <summary>Height of the newest block.</summary>
    public Task<BlockNumber> BlockNumberAsync(CancellationToken cancel) => AskAsync<BlockNumber>("eth_blockNumber", [], static e => new(e.Number()), cancel);

    /// <summary>A block's header; null if the node has no such block, or the chain no such tag.</summary>
    public async Task<BlockHead?> HeaderAsync(BlockReference block, CancellationToken cancel)
    {
        try
        {
            return (await _endpoints.AskAsync<BlockHead?>(new[] { HeaderCall(block) }, cancel))[0];
        }
        catch (ChainException e) when (IsUnknownBlock(e))
        {
            return null;
        }
    }

    /// <summary>The headers of blocks at these heights, in as few exchanges as it takes; null where the node has none.</summary>
    public async Task<IReadOnlyList<BlockHead?>> HeadersAsync(IEnumerable<BlockNumber> numbers, CancellationToken cancel) =>
        await _endpoints.AskAsync<BlockHead?>(numbers.Select(static n => HeaderCall(BlockReference.At(n))).ToArray(), cancel);

    /// <summary>A transaction's receipt; null while it stands in no block.</summary>
    public Task<TransactionReceipt?> ReceiptAsync(TransactionHash transaction, CancellationToken cancel) => AskAsync(
        "eth_getTransactionReceipt", [transaction.ToString()],
        e => e.OrNull(TransactionReceipt.Read) is { } found ? found.Transaction == transaction ? found : throw AnswerReading.Bad("the receipt that was asked for") : null, cancel);

    /// <summary>A transaction, in a block or not; null if the node does not know it.</summary>
    public Task<ChainTransaction?> TransactionAsync(TransactionHash transaction, CancellationToken cancel) => AskAsync(
        "eth_getTransactionByHash", [transaction.ToString()],
        e => e.OrNull(ChainTransaction.Read) is { } found ? found.Hash == transaction ? found : throw AnswerReading.Bad("the transaction that was asked for") : null, cancel);

    /// <summary>How many transactions an account has made until a block; the nonce of its next.</summary>
    public Task<ulong> TransactionCountAsync(Address account, BlockReference block, CancellationToken cancel) =>
        AskAsync("eth_getTransactionCount", [account.ToString(), block.ToJson()], static e => e.Number(), cancel);

    /// <summary>What an account has.</summary>
    public Task<UInt128> BalanceAsync(Address account, BlockReference block, CancellationToken cancel) =>
        AskAsync("eth_getBalance", [account.ToString(), block.ToJson()], static e => e.Amount(), cancel);

    /// <summary>A contract's code; empty if there is none.</summary>
    public Task<byte[]> CodeAsync(Address account, BlockReference block, CancellationToken cancel) =>
        AskAsync("eth_getCode", [account.ToString(), block.ToJson()], static e => e.Data(MaxCode), cancel);

    /// <summary>What a contract answers. One that reverts is <see cref="ChainException.Refused"/>, with what it said in <see cref="NodeError.Data"/>.</summary>
    public Task<byte[]> CallAsync(Address? to, ReadOnlyMemory<byte> data, BlockReference block, CancellationToken cancel, Address? from = null, UInt128 value = default) => AskAsync(
        "eth_call",
        [
            new JsonObject { ["data"] = HexText.Of(data.Span) }.With("to", to?.ToString()).With("from", from?.ToString()).With("value", value == 0 ? null : HexText.Quantity(value)),
            block.ToJson(),
        ],
        static e => e.Data(MaxCode), cancel);

    /// <summary>An account's state with the nodes that prove it (EIP-1186).</summary>
    public Task<AccountProof> ProofAsync(Address account, IReadOnlyList<Bytes32> keys, BlockReference block, CancellationToken cancel) => AskAsync(
        "eth_getProof", [account.ToString(), new JsonArray([.. keys.Select(static k => (JsonNode)HexText.Of(k.ToArray()))]), block.ToJson()],
        e => AccountProof.Read(e, account, keys), cancel);

    public void Dispose() => _endpoints.Dispose();

    private static RpcCall<BlockHead?> HeaderCall(BlockReference block) => new(
        block.Hash is null ? "eth_getBlockByNumber" : "eth_getBlockByHash", [block.ToString(), false], e =>
        {
            var header = e.OrNull(BlockHead.Read);
            return header is null || (block.Hash ?? header.Hash) == header.Hash && (block.Number ?? header.Number) == header.Number
                ? header : throw AnswerReading.Bad("the block that was asked for");
        });

    // What a chain without these tags, or a node whose other half is not there yet, says instead of null.
    private static bool IsUnknownBlock(ChainException e) =>
        e.Error?.Says("finalized block not found", "safe block not found", "unknown block", "block not found", "invalid block", "header not found", "tag", "hex string") == true;

    private async Task<T> AskAsync<T>(string method, JsonNode?[] parameters, Func<System.Text.Json.JsonElement, T> read, CancellationToken cancel, bool once = false) =>
        (await _endpoints.AskAsync<T>(new[] { new RpcCall<T>(method, parameters, read) { Once = once } }, cancel))[0];
}
