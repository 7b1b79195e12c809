using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Harness.Chain;

/// <summary>Takes connections and never says a word, as a hung node does.</summary>
public sealed class SilentNode : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>Begins to listen.</summary>
    public SilentNode() => _listener.Start();

    /// <summary>Where it is asked.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <inheritdoc/>
    public void Dispose() => _listener.Stop();
}
