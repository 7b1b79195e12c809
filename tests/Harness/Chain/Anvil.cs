using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiveLedger.Harness.Chain;

/// <summary>A real local Ethereum node of a test's own, on loopback, with ten accounts that it signs for. It ends with the test process, however that ends.</summary>
public sealed class Anvil : IAsyncDisposable
{
    /// <summary>The chain it is of unless told otherwise.</summary>
    public const ulong ChainId = 31337;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // $1: the process to outlive; the rest: the node. The shell that starts it also ends it, since a killed test process cannot.
    private const string Run = """
        owner=$1; shift
        "$@" & node=$!
        trap 'kill -9 $node' TERM
        while kill -0 "$owner" 2>/dev/null && kill -0 $node 2>/dev/null; do sleep 0.2; done
        kill -9 $node 2>/dev/null
        """;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly string[] _more;
    private readonly int _port;
    private Process? _process;

    private Anvil(int port, string[] more) => (_port, _more) = (port, more);

    /// <summary>Where it is asked.</summary>
    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>Accounts it signs for, each with 10,000 coins.</summary>
    public IReadOnlyList<string> Accounts { get; private set; } = [];

    /// <summary>Starts one, and waits until it answers. A block is mined for each transaction unless told otherwise.</summary>
    /// <param name="more">Further options, e.g. <c>--no-mining</c> or <c>--block-time 1</c>.</param>
    public static async Task<Anvil> StartAsync(params string[] more)
    {
        var node = new Anvil(LoopbackPorts.Take(), more);
        try
        {
            await node.StartAgainAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>The program, which npm has put into the contracts' folder.</summary>
    public static string Program => Path.Combine(
        RepositoryRoot.Path, "contracts", "node_modules", "@foundry-rs", RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "anvil-linux-arm64" : "anvil-linux-amd64", "bin", "anvil");

    /// <summary>Starts it on its port, on an empty chain.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("sh", ["-c", Run, "sh", $"{Environment.ProcessId}", Program, "--host", "127.0.0.1", "--port", $"{_port}", "--threads", "1", .. _more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var last = "";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => last = line.Data ?? last;
        _process.ErrorDataReceived += (_, line) => last = line.Data ?? last;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var waiting = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(50))
        {
            if (_process.HasExited || waiting.Elapsed > s_patience)
            {
                throw new InvalidOperationException($"anvil does not start ({Program}; npm ci in contracts/ puts it there): {last}");
            }
        }

        Accounts = [.. (await CallAsync("eth_accounts"))!.AsArray().Select(static a => (string)a!)];
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks it.</summary>
    /// <exception cref="InvalidOperationException">It says no.</exception>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode?[] parameters)
    {
        using var answer = await _http.PostAsJsonAsync(Url, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) });
        var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return said["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : said["result"];
    }

    /// <summary>Height of its newest block.</summary>
    public async Task<ulong> BlockNumberAsync() => Number(await CallAsync("eth_blockNumber"));

    /// <summary>Mines so many blocks.</summary>
    public Task MineAsync(int blocks = 1) => CallAsync("anvil_mine", $"0x{blocks:x}");

    /// <summary>Whether a block is mined for each transaction.</summary>
    public Task SetAutomineAsync(bool on) => CallAsync("evm_setAutomine", on);

    /// <summary>Undoes the last blocks and mines others, with none of their transactions.</summary>
    public Task ReorgAsync(int depth) => CallAsync("anvil_reorg", depth, new JsonArray());

    /// <summary>What an account has, in the smallest unit.</summary>
    public Task SetBalanceAsync(string account, UInt128 amount) => CallAsync("anvil_setBalance", account, "0x" + amount.ToString("x", CultureInfo.InvariantCulture));

    /// <summary>What gas costs at least from the next block on.</summary>
    public Task SetNextBaseFeeAsync(ulong fee) => CallAsync("anvil_setNextBlockBaseFeePerGas", $"0x{fee:x}");

    /// <summary>Forgets a transaction that waits.</summary>
    public Task DropAsync(string transaction) => CallAsync("anvil_dropTransaction", transaction);

    /// <summary>How many transactions of an account stand in blocks.</summary>
    public async Task<ulong> CountAsync(string account) => Number(await CallAsync("eth_getTransactionCount", account, "latest"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _http.Dispose();
    }

    private static ulong Number(JsonNode? quantity) => ulong.Parse(((string)quantity!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await CallAsync("eth_chainId") is not null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException)
        {
            return false;
        }
    }
}
