using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Anchoring.Tests.Rpc;

/// <summary>Takes connections and never says a word, as a hung node does.</summary>
internal sealed class SilentNode : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentNode() => _listener.Start();

    public string Url => $"http://{_listener.LocalEndpoint}";

    public void Dispose() => _listener.Stop();
}
