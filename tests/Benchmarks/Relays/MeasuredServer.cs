using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>A server in processes of its own, whose processor time can be read.</summary>
internal sealed class MeasuredServer : IDisposable
{
    private readonly Process _process;

    private MeasuredServer(Process process, string address)
    {
        _process = process;
        Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new(address) };
    }

    public HttpClient Http { get; }

    /// <summary>Seconds that it and its children have had, on all cores together.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds + Children(_process.Id).Sum(static child => child.TotalProcessorTime.TotalSeconds);
        }
    }

    /// <summary><c>liveledger relay</c> before an origin, with room for everything in memory.</summary>
    public static Task<MeasuredServer> RelayAsync(SignedFiles files, Uri origin) => StartAsync(
        ["dotnet", CommandLine.Program, "relay", "--server", origin.AbsoluteUri, "--broadcast", files.Broadcast.ToString(), "--identity", files.Identity, "--urls", "http://127.0.0.1:0", "--json"],
        static line => JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!);

    /// <summary>Kestrel alone, under the very settings that the relay's program has.</summary>
    public static Task<MeasuredServer> BareAsync(string folder) => StartAsync(
        ["dotnet", "exec", "--runtimeconfig", Path.ChangeExtension(CommandLine.Program, ".runtimeconfig.json"), typeof(MeasuredServer).Assembly.Location, BareKestrel.Word, folder],
        static line => line);

    /// <summary>nginx on the same files in memory, if it is installed.</summary>
    public static async Task<MeasuredServer?> NginxAsync(string folder)
    {
        string[] places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
        if (places.FirstOrDefault(File.Exists) is not { } nginx)
        {
            return null;
        }

        using var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var address = $"127.0.0.1:{((System.Net.IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log; worker_processes {{Environment.ProcessorCount}};
            events { worker_connections 256; }
            http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u;
            scgi_temp_path {{folder}}/s; server { listen {{address}}; root {{folder}}; } }
            """));
        var process = Process.Start(new ProcessStartInfo(nginx, ["-p", folder, "-c", configuration]))!;
        var server = new MeasuredServer(process, $"http://{address}");
        while (!process.HasExited)
        {
            try
            {
                await server.Http.GetAsync("/");
                return server;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50);
            }
        }

        server.Dispose();
        return null;
    }

    public void Dispose()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static async Task<MeasuredServer> StartAsync(string[] command, Func<string, string> address)
    {
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{string.Join(' ', command)} ended without a word");
        // Its further lines are read by nobody, and the pipe must not fill.
        _ = process.StandardOutput.ReadToEndAsync();
        return new(process, address(line));
    }

    private static IEnumerable<Process> Children(int id)
    {
        var list = $"/proc/{id}/task/{id}/children";
        return File.Exists(list) ? File.ReadAllText(list).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static child => Process.GetProcessById(int.Parse(child, CultureInfo.InvariantCulture))) : [];
    }
}
