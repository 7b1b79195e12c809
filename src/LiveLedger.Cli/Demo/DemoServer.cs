using System.Net;
using System.Net.Sockets;
using LiveLedger.Cli.Processes;
using LiveLedger.Cli.Rest;
using LiveLedger.Cli.Serve;

namespace LiveLedger.Cli.Demo;

/// <summary>The server as the demo's child, with its log in a file, and the PostgreSQL that it starts in turn.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly ChildProcess? _process;
    private readonly StreamWriter? _log;
    private readonly FileStream? _lock;

    private DemoServer(Uri address, string tokenFile, string? logFile, ChildProcess? process, StreamWriter? log, FileStream? folderLock)
    {
        Address = address;
        TokenFile = tokenFile;
        LogFile = logFile;
        _process = process;
        _log = log;
        _lock = folderLock;
    }

    internal Uri Address { get; }

    /// <summary>Holds the operator's token.</summary>
    internal string TokenFile { get; }

    /// <summary>Null if the server is not ours.</summary>
    internal string? LogFile { get; }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Starts the server and waits until it is ready.</summary>
    internal static async Task<DemoServer> StartAsync(DemoTerms terms, Action<string> progress, CancellationToken cancellation)
    {
        if (terms.Server is { } running)
        {
            return new(running, terms.TokenFile ?? throw new CommandFailure("--server needs --token-file", ExitCode.Usage), null, null, null, null);
        }

        RequireFreePort(terms.Port);
        var folder = Directory.CreateDirectory(terms.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute).FullName;
        RequireDisk(folder);
        var held = LockFolder(folder);
        var logFile = Path.Combine(folder, "server.log");
        var log = new StreamWriter(logFile, append: false) { AutoFlush = true };
        var address = new Uri($"http://127.0.0.1:{terms.Port}");
        var process = ChildProcess.Start("dotnet", ServerArguments.For(folder, $"http://127.0.0.1:{terms.Port}", terms.Database, null), log);
        var server = new DemoServer(address, Path.Combine(folder, "operator.token"), logFile, process, log, held);
        try
        {
            progress($"starting PostgreSQL and the server (its log: {logFile})");
            await server.WaitReadyAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Throws if the server has ended by itself.</summary>
    internal void RequireAlive()
    {
        if (_process is { HasExited: true } dead)
        {
            throw new CommandFailure($"the server ended (exit code {dead.ExitStatus}); its last words, all of them in {LogFile}:\n{LastWords(dead)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // It ends PostgreSQL after itself.
            await _process.StopAsync(Signals.Terminate, TimeSpan.FromSeconds(30));
            await _process.DisposeAsync();
        }

        _log?.Dispose();
        _lock?.Dispose();
    }

    private async Task WaitReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var end = Environment.TickCount64 + (long)StartLimit.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            RequireAlive();
            try
            {
                using var answer = await http.GetAsync(new Uri(Address, "/health/ready"), cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (Download.IsNetwork(e, cancellation))
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellation);
        }

        throw new CommandFailure($"the server is not ready after {StartLimit.TotalSeconds} s; its last words, all of them in {LogFile}:\n{LastWords(_process!)}");
    }

    private static string LastWords(ChildProcess process) => string.Join('\n', process.Tail.TakeLast(12).Select(static line => "  " + line));

    private static void RequireFreePort(int port)
    {
        // ReuseAddress as Kestrel does: a connection lingering from the last run is no obstacle.
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen();
        }
        catch (SocketException e)
        {
            throw new CommandFailure(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"port {port} is taken; stop what listens there (another demo?), or choose another: --port {(port < 65535 ? port + 1 : 8080)}"
                : $"cannot listen on port {port}: {e.Message}; choose another: --port N");
        }
    }

    private static void RequireDisk(string folder)
    {
        const long needed = 300L * 1024 * 1024;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < needed)
        {
            throw new CommandFailure($"the disk is full: {free / 1048576} MB left at {folder}, the demo wants {needed / 1048576}; make room, or --data FOLDER elsewhere");
        }
    }

    private static FileStream LockFolder(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "demo.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"another demo uses {folder}, or it is not yours; end that one, or --data FOLDER elsewhere");
        }
    }
}
