using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.ChainNodes.Tests;

/// <summary>Stands before a real node and answers for it where the test wants it to.</summary>
internal sealed class FaultyNode : IAsyncDisposable
{
    private readonly HttpClient _behind = new();
    private readonly WebApplication _host;
    private readonly string? _node;

    private FaultyNode(WebApplication host, string? node) => (_host, _node) = (host, node);

    /// <summary>Where it is asked.</summary>
    public string Url => _host.Urls.Single();

    /// <summary>The methods that were asked, in order; a batch is <c>[n]</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What came along as <c>Authorization</c>.</summary>
    public ConcurrentQueue<string> Opened { get; } = new();

    /// <summary>Answers a question, or leaves it to the node behind by giving false.</summary>
    public Func<JsonNode, HttpContext, Task<bool>> Answers { get; set; } = static (_, _) => Task.FromResult(false);

    /// <summary>Sees what the node behind answered, and may keep it from the asker by giving false.</summary>
    public Func<JsonNode, byte[], bool> Passes { get; set; } = static (_, _) => true;

    public static async Task<FaultyNode> StartAsync(string? node = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var faulty = new FaultyNode(builder.Build(), node);
        faulty._host.MapPost("/{**rest}", faulty.AnswerAsync);
        await faulty._host.StartAsync();
        return faulty;
    }

    /// <summary>A method's name; null of a batch.</summary>
    public static string? Method(JsonNode question) => question is JsonObject ? (string?)question["method"] : null;

    /// <summary>Answers with this text, whatever it is.</summary>
    public static async Task<bool> SayAsync(HttpContext http, string text, int status = 200)
    {
        http.Response.StatusCode = status;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        return true;
    }

    /// <summary>Answers with this result.</summary>
    public static Task<bool> GiveAsync(JsonNode question, HttpContext http, JsonNode? result) =>
        SayAsync(http, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = question["id"]!.DeepClone(), ["result"] = result?.DeepClone() }.ToJsonString());

    /// <summary>Answers with this error.</summary>
    public static Task<bool> RefuseAsync(JsonNode question, HttpContext http, int code, string message, int status = 200) =>
        SayAsync(http, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = question["id"]?.DeepClone(), ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }.ToJsonString(), status);

    /// <summary>Says nothing, for as long as the asker waits.</summary>
    public static async Task<bool> HangAsync(HttpContext http)
    {
        await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _host.StopAsync(now.Token);
        await _host.DisposeAsync();
        _behind.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var question = (await JsonSerializer.DeserializeAsync<JsonNode>(http.Request.Body))!;
        Asked.Enqueue(question is JsonArray batch ? $"[{batch.Count}]" : Method(question)!);
        Opened.Enqueue(http.Request.Headers.Authorization.ToString());
        if (await Answers(question, http))
        {
            return;
        }

        if (Method(question) == "eth_chainId" && _node is null)
        {
            await GiveAsync(question, http, "0x7a69");
            return;
        }

        using var answer = await _behind.PostAsJsonAsync(_node, question);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (!Passes(question, body))
        {
            http.Abort();
            return;
        }

        await http.Response.Body.WriteAsync(body);
    }
}
