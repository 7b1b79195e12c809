using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Cli;

/// <summary>An HTTP server that serves what it is given, byte for byte; anything else is 404.</summary>
internal sealed class TestOrigin : IDisposable
{
    private readonly HttpListener _listener;

    internal TestOrigin()
    {
        (_listener, Address) = Listen();
        _ = ServeAsync();
    }

    internal Uri Address { get; }

    /// <summary>Bodies by path. While somebody reads, it is replaced and not changed.</summary>
    internal Dictionary<string, byte[]> Files { get; set; } = [];

    /// <summary>Told each path before it is answered; it may take its time.</summary>
    internal Action<string> Asked { get; set; } = static _ => { };

    public void Dispose() => _listener.Close();

    // Between the probe and the listener another test may take the port.
    private static (HttpListener Listener, Uri Address) Listen()
    {
        for (var left = 10; ; left--)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(address.AbsoluteUri);
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (left > 0)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                Asked(context.Request.Url!.AbsolutePath);
                if (Files.TryGetValue(context.Request.Url.AbsolutePath, out var body))
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
