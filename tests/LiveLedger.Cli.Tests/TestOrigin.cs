using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Cli;

/// <summary>An HTTP server that serves what it is given, byte for byte; anything else is 404.</summary>
internal sealed class TestOrigin : IDisposable
{
    private readonly HttpListener _listener = new();

    internal TestOrigin()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = ServeAsync();
    }

    internal Uri Address { get; }

    /// <summary>Bodies by path. While somebody reads, it is replaced and not changed.</summary>
    internal Dictionary<string, byte[]> Files { get; set; } = [];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                if (Files.TryGetValue(context.Request.Url!.AbsolutePath, out var body))
                {
                    context.Response.OutputStream.Write(body);
                }
                else
                {
                    context.Response.StatusCode = 404;
                }

                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over, or the client hung up.
            }
        }
    }
}
