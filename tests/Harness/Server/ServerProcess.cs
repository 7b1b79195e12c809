using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;

namespace LiveLedger.Harness.Server;

/// <summary>The real server as a process of its own, which a test may stop, kill and start again on the same data.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private string? _database;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly bool _ownsData;
    private readonly bool _heedsModes;
    private Process? _process;

    private ServerProcess(string? database, string data, bool ownsData, IReadOnlyDictionary<string, string> environment, bool heedsModes)
    {
        (_database, Data, _ownsData, _environment, _heedsModes) = (database, data, ownsData, environment, heedsModes);
        BaseUrl = new($"http://127.0.0.1:{LoopbackPorts.Take()}");
        Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) }) { BaseAddress = BaseUrl, Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Where it answers.</summary>
    public Uri BaseUrl { get; }

    /// <summary>What its process has spent on all cores together.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What its process holds of the machine's memory, bytes.</summary>
    public long ResidentMemory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>A client without credentials.</summary>
    public HttpClient Http { get; }

    /// <summary>Everything it has written to its console, over all its lives.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts a server on a database and a data folder, and waits until it is ready.</summary>
    /// <param name="database">An Npgsql connection string; null for the server's own embedded PostgreSQL.</param>
    /// <param name="data">Data folder; null for a new one, deleted at the end.</param>
    /// <param name="environment">Further environment variables; <c>{own}</c> in one stands for the server's address.</param>
    /// <param name="heedsModes">True: what a file's or folder's mode forbids is forbidden to it as to anybody, even where tests run as root.</param>
    public static async Task<ServerProcess> StartAsync(
        string? database, string? data = null, IReadOnlyDictionary<string, string>? environment = null, bool heedsModes = false)
    {
        var server = new ServerProcess(
            database, data ?? Directory.CreateTempSubdirectory("liveledger-data-").FullName, data is null, environment ?? new Dictionary<string, string>(), heedsModes);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another server of the same platform: on the same database, with its keys, log and recordings.</summary>
    public Task<ServerProcess> JoinAsync() => StartAsync(_database, environment: new Dictionary<string, string>(_environment) { ["LIVELEDGER_JOIN"] = Data });

    /// <summary>A client that presents a token.</summary>
    public HttpClient As(string token)
    {
        var client = new HttpClient { BaseAddress = BaseUrl, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>The operator's token, as the first start left it.</summary>
    public string OperatorToken => File.ReadAllText(Path.Combine(Data, "operator.token")).Trim();

    /// <summary>Starts the program again on the same data and port, over another database: a backup that was restored. Returns when it answers.</summary>
    public Task StartOverAsync(string database)
    {
        _database = database;
        return StartAgainAsync("/health/live");
    }

    /// <summary>Starts the program again on the same data and port.</summary>
    public Task StartAgainAsync() => StartAgainAsync("/health/ready");

    private async Task StartAgainAsync(string until)
    {
        var assembly = Path.Combine(RepositoryRoot.Path, "src", "LiveLedger.Server", "bin", "Release", "net10.0", "LiveLedger.Server.dll");
        if (!File.Exists(assembly))
        {
            throw new InvalidOperationException($"{assembly} is missing: build the solution in Release first");
        }

        string[] command = ["dotnet", assembly, .. (_database is null ? [] : (string[])["--database", _database]), "--data", Data, "--urls", BaseUrl.ToString().TrimEnd('/')];
        if (_heedsModes && Environment.IsPrivilegedProcess)
        {
            command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value.Replace("{own}", BaseUrl.ToString().TrimEnd('/'), StringComparison.Ordinal);
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitAsync(until);
    }

    /// <summary>kill -9: no farewell, nothing flushed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGABRT, as a failed assertion of a library below: whatever a crash prints and leaves is printed and left.</summary>
    public async Task CrashAsync()
    {
        // .NET's own handler takes the first one that comes from outside and steps aside.
        while (!_process!.HasExited)
        {
            _ = Signal(_process.Id, SigAbort);
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(500));
        }
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (Signal(_process!.Id, SigTerm) != 0)
        {
            throw new InvalidOperationException($"cannot signal the server (errno {Marshal.GetLastPInvokeError()})");
        }

        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        Http.Dispose();
        if (_ownsData)
        {
            Directory.Delete(Data, recursive: true);
        }
    }

    private async Task WaitAsync(string path)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < StartPatience)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"the server ended with {_process.ExitCode}:\n{string.Join('\n', _log.TakeLast(20))}");
            }

            try
            {
                if ((await Http.GetAsync(path)).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"the server is not ready after {StartPatience}:\n{string.Join('\n', _log.TakeLast(20))}");
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _log.Enqueue(line);
        }
    }

    private const int SigAbort = 6;
    private const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
