using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness.Chain;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>A real node as one of many behind an address shows its chain: without its newest blocks, on another branch, few at a time. As it is unless told otherwise.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly HttpClient _behind = new();
    private readonly Anvil _node;
    private readonly FaultyNode _front;

    private Replica(Anvil node, FaultyNode front) => (_node, _front) = (node, front);

    /// <summary>Where it is asked.</summary>
    public string Url => _front.Url;

    /// <summary>The newest block it has.</summary>
    public ulong? Newest { get; set; }

    /// <summary>The last block before its branch, whose blocks are others, with nothing in them.</summary>
    public ulong? BranchesAt { get; set; }

    /// <summary>Most blocks whose logs it gives at once.</summary>
    public ulong MostBlocks { get; set; } = ulong.MaxValue;

    /// <summary>False to refuse batches.</summary>
    public bool TakesBatches { get; set; } = true;

    /// <summary>A method: only exchanges with it reach this one, all others the real node.</summary>
    public string? AskedFor { get; set; }

    public static async Task<Replica> OfAsync(Anvil node)
    {
        var replica = new Replica(node, await FaultyNode.StartAsync(node.Url));
        replica._front.Answers = async (question, http) =>
        {
            if (replica.AskedFor is { } only && !Questions(question).Any(q => FaultyNode.Method(q) == only))
            {
                return false;
            }

            if (question is not JsonArray batch)
            {
                return await FaultyNode.SayAsync(http, (await replica.AnswerAsync(question)).ToJsonString());
            }

            var answers = new JsonArray();
            foreach (var one in batch)
            {
                answers.Add(await replica.AnswerAsync(one!));
            }

            return replica.TakesBatches ? await FaultyNode.SayAsync(http, answers.ToJsonString()) : await FaultyNode.SayAsync(http, "no", 400);
        };
        return replica;
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        _behind.Dispose();
    }

    private static IEnumerable<JsonNode> Questions(JsonNode exchange) => exchange is JsonArray batch ? batch.Select(static q => q!) : [exchange];

    private async Task<JsonNode> AnswerAsync(JsonNode question)
    {
        var asked = question.DeepClone();
        if (FaultyNode.Method(asked) == "eth_call" && Newest is { } state)
        {
            asked["params"]![1] = $"0x{state:x}";
        }

        using var said = await _behind.PostAsJsonAsync(_node.Url, asked);
        var answer = JsonNode.Parse(await said.Content.ReadAsStringAsync())!;
        switch (FaultyNode.Method(asked))
        {
            case "eth_blockNumber" when Newest < Number(answer["result"]):
                answer["result"] = $"0x{Newest:x}";
                break;
            case "eth_getBlockByNumber" when answer["result"] is JsonObject block:
                if (Newest < Number(block["number"]))
                {
                    answer["result"] = null;
                }
                else if (BranchesAt < Number(block["number"]))
                {
                    block["hash"] = "0xb0b0b0" + ((string)block["hash"]!)[8..];
                }

                break;
            case "eth_getLogs" when Number(asked["params"]![0]!["toBlock"]) - Number(asked["params"]![0]!["fromBlock"]) >= MostBlocks:
                return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = asked["id"]!.DeepClone(), ["error"] = new JsonObject { ["code"] = -32602, ["message"] = "query exceeds max block range" } };
            case "eth_getLogs":
                answer["result"] = new JsonArray([.. answer["result"]!.AsArray().Where(Has).Select(static l => l!.DeepClone())]);
                break;
        }

        return answer;
    }

    private bool Has(JsonNode? log) => !(Number(log!["blockNumber"]) > Newest) && !(Number(log["blockNumber"]) > BranchesAt);

    private static ulong Number(JsonNode? quantity) => ulong.Parse(((string)quantity!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
