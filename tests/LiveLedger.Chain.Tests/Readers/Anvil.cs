using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Harness;

namespace LiveLedger.Chain.Tests.Readers;

/// <summary>A real node, Foundry's <c>anvil</c>, at a port of its own.</summary>
public sealed class Anvil : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly Process _process;

    public Anvil()
        : this([])
    {
    }

    internal Anvil(IReadOnlyList<string> arguments)
    {
        var port = LoopbackPorts.Take();
        _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = s_patience };
        _process = Process.Start(new ProcessStartInfo(ContractsFolder.Foundry("anvil"), ["--port", $"{port}", "--silent", .. arguments]))
            ?? throw new InvalidOperationException("anvil did not start");
    }

    /// <summary>Waits until it answers.</summary>
    public async ValueTask InitializeAsync()
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                await AskAsync("eth_chainId");
                return;
            }
            catch (HttpRequestException) when (watch.Elapsed < s_patience && !_process.HasExited)
            {
                // Not listening yet.
            }
        }
    }

    /// <summary>What it answers.</summary>
    public async Task<JsonElement> AskAsync(string method, params object[] parameters)
    {
        var answer = await PostAsync(method, parameters);
        Assert.True(answer.TryGetProperty("result", out var result), $"{method}: {answer}");
        return result;
    }

    /// <summary>A transaction's receipt, once there is one: the node answers before it has made the block.</summary>
    public async Task<JsonElement> MinedAsync(JsonElement hash)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var receipt = await AskAsync("eth_getTransactionReceipt", hash.GetString()!);
            if (receipt.ValueKind != JsonValueKind.Null)
            {
                return receipt;
            }

            Assert.True(watch.Elapsed < s_patience, $"{hash} was never mined");
        }
    }

    /// <summary>What it refuses with.</summary>
    public async Task<JsonElement> RefusedAsync(string method, params object[] parameters)
    {
        var answer = await PostAsync(method, parameters);
        Assert.True(answer.TryGetProperty("error", out var error), $"{method}: {answer}");
        return error;
    }

    private async Task<JsonElement> PostAsync(string method, object[] parameters)
    {
        using var response = await _http.PostAsJsonAsync("", new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
