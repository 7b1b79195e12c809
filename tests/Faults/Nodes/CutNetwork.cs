using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace LiveLedger.Faults.Nodes;

/// <summary>
/// A network between a node and PostgreSQL that can be cut: from then on no byte passes and no end is told of, as when a cable is drawn. Both sides
/// keep connections that lead nowhere.
/// </summary>
internal sealed class CutNetwork : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly string _socketFile;
    private volatile bool _cut;

    public CutNetwork(string database)
    {
        var to = new NpgsqlConnectionStringBuilder(database);
        _socketFile = Path.Combine(to.Host!, $".s.PGSQL.{to.Port}");
        _listener.Start();
        Database = new NpgsqlConnectionStringBuilder(database)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>The database by this way.</summary>
    public string Database { get; }

    public void Cut() => _cut = true;

    public void Mend() => _cut = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var near = await _listener.AcceptSocketAsync(_stop.Token);
            _sockets.Add(near);
            if (_cut)
            {
                // Taken by the kernel, answered by nobody.
                continue;
            }

            var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _sockets.Add(far);
            await far.ConnectAsync(new UnixDomainSocketEndPoint(_socketFile), _stop.Token);
            _ = PassAsync(near, far);
            _ = PassAsync(far, near);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, _stop.Token);
                if (_cut)
                {
                    // Lost, the end of the connection included; what comes after a cut is nothing that either side could go on with.
                    return;
                }

                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            to.Close();
        }
    }
}
