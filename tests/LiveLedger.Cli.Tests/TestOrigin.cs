using System.Net;
using LiveLedger.Harness;

namespace LiveLedger.Cli;

/// <summary>An HTTP server that serves what it is given, byte for byte; anything else is 404.</summary>
internal sealed class TestOrigin : IDisposable
{
    private readonly HttpListener _listener = new();

    internal TestOrigin()
    {
        Address = new($"http://127.0.0.1:{LoopbackPorts.Take()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = ServeAsync();
    }

    internal Uri Address { get; }

    /// <summary>Bodies by path. While somebody reads, it is replaced and not changed.</summary>
    internal Dictionary<string, byte[]> Files { get; set; } = [];

    /// <summary>Status of every answer that has a body.</summary>
    internal Func<string, HttpStatusCode> StatusOf { get; set; } = static _ => HttpStatusCode.OK;

    /// <summary>Told each path before it is answered; it may take its time.</summary>
    internal Action<string> Asked { get; set; } = static _ => { };

    public void Dispose() => _listener.Close();

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
                    context.Response.StatusCode = (int)StatusOf(context.Request.Url.AbsolutePath);
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
