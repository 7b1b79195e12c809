using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Server;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>A server in processes of its own, whose processor time can be read.</summary>
internal sealed class MeasuredServer : IDisposable
{
    private readonly Process? _own;
    private readonly Func<double> _spent;

    private MeasuredServer(string name, Process? own, Uri address, Func<double> spent)
    {
        (Name, _own, _spent) = (name, own, spent);
        Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address };
    }

    public string Name { get; }

    public HttpClient Http { get; }

    /// <summary>Seconds that it and its children have had, on all cores together.</summary>
    public double ProcessorSeconds => _spent();

    /// <summary>The server that has sealed the broadcast, as it goes on.</summary>
    public static MeasuredServer Origin(SealedBroadcast broadcast) => new("origin", null, broadcast.Server.BaseUrl, () => broadcast.Server.ProcessorTime.TotalSeconds);

    /// <summary><c>liveledger relay</c> before the origin, with room for everything in memory.</summary>
    public static Task<MeasuredServer> RelayAsync(SealedBroadcast broadcast) => StartAsync("relay",
        ["dotnet", CommandLine.Program, "relay", "--server", broadcast.Server.BaseUrl.AbsoluteUri, "--broadcast", broadcast.Id.ToString(), "--identity", broadcast.Identity, "--urls", "http://127.0.0.1:0", "--json"],
        static line => JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!);

    /// <summary>Kestrel alone, under the very settings that a program of ours has.</summary>
    /// <param name="name">What it is called here.</param>
    /// <param name="folder">What it serves.</param>
    /// <param name="program">The program.</param>
    public static Task<MeasuredServer> BareAsync(string name, string folder, string program) => StartAsync(name,
        ["dotnet", "exec", "--runtimeconfig", Path.ChangeExtension(program, ".runtimeconfig.json"), typeof(MeasuredServer).Assembly.Location, BareKestrel.Word, folder],
        static line => line);

    /// <summary>nginx on the same files in memory, if it is installed.</summary>
    /// <exception cref="InvalidOperationException">It is installed and does not start; the message says what it says.</exception>
    public static async Task<MeasuredServer?> NginxAsync(string folder) => NginxFile.Find() is not { } nginx ? null : Own("nginx", await NginxFile.StartAsync(nginx, folder));

    public void Dispose()
    {
        Http.Dispose();
        if (_own is { HasExited: false })
        {
            _own.Kill(entireProcessTree: true);
            _own.WaitForExit();
        }

        _own?.Dispose();
    }

    private static async Task<MeasuredServer> StartAsync(string name, string[] command, Func<string, string> address)
    {
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{string.Join(' ', command)} ended without a word");
        // Its further lines are read by nobody, and the pipe must not fill.
        _ = process.StandardOutput.ReadToEndAsync();
        return Own(name, (process, new(address(line))));
    }

    private static MeasuredServer Own(string name, (Process Process, Uri Address) started) => new(name, started.Process, started.Address, () =>
    {
        started.Process.Refresh();
        return started.Process.TotalProcessorTime.TotalSeconds + Children(started.Process.Id).Sum(static child => child.TotalProcessorTime.TotalSeconds);
    });

    private static IEnumerable<Process> Children(int id)
    {
        var list = $"/proc/{id}/task/{id}/children";
        return File.Exists(list) ? File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static child => Process.GetProcessById(int.Parse(child, CultureInfo.InvariantCulture))) : [];
    }
}
