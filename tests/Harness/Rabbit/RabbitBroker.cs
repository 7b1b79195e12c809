using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Harness.Rabbit;

/// <summary>A real RabbitMQ of a test's own, on loopback, which it may kill and start again on the same data.</summary>
public sealed class RabbitBroker : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private const byte MethodFrame = 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-rabbit-").FullName;
    private readonly int[] _ports = [LoopbackPorts.Take(), LoopbackPorts.Take(), LoopbackPorts.Take()];
    private Process? _process;

    private RabbitBroker()
    {
    }

    /// <summary>Where it listens; the default user may come from loopback.</summary>
    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{_ports[0]}/");

    /// <summary>Starts one, empty.</summary>
    public static async Task<RabbitBroker> StartAsync()
    {
        var broker = new RabbitBroker();
        try
        {
            await broker.StartAgainAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the data that the last one left; returns when it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment(_folder, _ports))
        {
            start.Environment[name] = value;
        }

        var last = "";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => last = line.Data ?? last;
        _process.ErrorDataReceived += (_, line) => last = line.Data ?? last;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var waiting = Stopwatch.StartNew(); !await IsListeningAsync(); await Task.Delay(100))
        {
            if (_process.HasExited || waiting.Elapsed > s_patience)
            {
                throw new InvalidOperationException($"RabbitMQ does not start: {last}");
            }
        }
    }

    /// <summary>kill -9: nothing flushed, no connection closed in order.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        // Erlang's name server was started along with it, outlives it, and ends when asked once no node is known to it.
        var ask = new ProcessStartInfo("epmd", ["-kill"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        ask.Environment["ERL_EPMD_PORT"] = $"{_ports[2]}";
        using (var asked = Process.Start(ask))
        {
            await asked!.WaitForExitAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string> Environment(string folder, int[] ports) => new()
    {
        ["HOME"] = folder,
        ["RABBITMQ_NODENAME"] = $"liveledger-{ports[0]}@localhost",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "none"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{ports[0]}",
        ["RABBITMQ_DIST_PORT"] = $"{ports[1]}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{ports[2]}",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
    };

    // The protocol's own greeting, answered by a method frame: a socket that is open says nothing of the broker behind it. AMQP 0-9-1 §2.2.4, §2.3.5.
    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _ports[0]);
            await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            var first = new byte[1];
            return await client.GetStream().ReadAsync(first, limit.Token) == 1 && first[0] == MethodFrame;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
