using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using LiveLedger.Harness;
using LiveLedger.LedgerNode;

namespace LiveLedger.Faults.Nodes;

/// <summary>One process of a log, which a test kills, freezes and starts again.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const int SigKill = 9, SigCont = 18, SigStop = 19;

    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    public NodeProcess(NodeSettings settings)
    {
        Settings = settings;
        Http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = new(settings.Url), Timeout = TimeSpan.FromSeconds(15) };
    }

    public NodeSettings Settings { get; set; }

    public HttpClient Http { get; }

    public IReadOnlyCollection<string> Lines => _lines;

    public bool HasEnded => _process is not { HasExited: false };

    public static string FreeUrl() => $"http://127.0.0.1:{LoopbackPorts.Take()}";

    /// <summary>Starts it; returns when it is open, has halted, or has ended.</summary>
    public async Task StartAsync()
    {
        Launch();
        var waiting = Stopwatch.StartNew();
        while (!HasEnded && await TryStateAsync() is not ({ Open: true } or { Halted: not null }))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), $"the node does not open:\n{string.Join('\n', _lines.TakeLast(10))}");
            await Task.Delay(20);
        }
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Launch()
    {
        var assembly = Path.Combine(RepositoryRoot.Path, "tests", "LedgerNode", "bin", "Release", "net10.0", "LedgerNode.dll");
        _process?.Dispose();
        _process = new Process
        {
            StartInfo = new("dotnet", [assembly, JsonSerializer.Serialize(Settings)]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it says of itself; null if it does not answer.</summary>
    public async Task<NodeState?> TryStateAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            return await Http.GetFromJsonAsync<NodeState>("/state", patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Appends to one stream and waits for the places; null if the node could not say that it did.</summary>
    public async Task<AppendReceipt?> TryAppendAsync(string stream, Guid[] ids, CancellationToken cancel = default)
    {
        try
        {
            using var answer = await Http.PostAsJsonAsync("/append", new AppendOrder(stream, ids), cancel);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<AppendReceipt>(cancel) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Sets its wall clock.</summary>
    public async Task StepClockAsync(TimeSpan by) =>
        (await Http.PostAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/clock?seconds={by.TotalSeconds}"), null)).EnsureSuccessStatusCode();

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!HasEnded)
        {
            Signal(SigKill);
            await _process!.WaitForExitAsync();
        }
    }

    /// <summary>SIGSTOP: it keeps its memory, its files and its connections, and does nothing.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(SigCont);

    public async Task WaitForEndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process!.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Http.Dispose();
    }

    private void Signal(int signal) => Assert.Equal(0, Kill(_process!.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
