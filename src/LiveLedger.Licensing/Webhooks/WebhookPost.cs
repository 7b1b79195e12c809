using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>
/// Sends one delivery to a shop. The address is a stranger's to choose, so it is bound on all sides: only public addresses
/// (<see cref="PublicAddress"/>, looked at when it connects, so that a name cannot point elsewhere meanwhile), no redirects, ten seconds, and nothing
/// of the answer but its status.
/// </summary>
internal sealed class WebhookPost : IDisposable
{
    /// <summary>How long a shop may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly bool _privateToo;
    private readonly HttpClient _http;

    /// <param name="privateToo">True where shops stand in the operator's own network.</param>
    /// <param name="patience">How long a shop may take; <see cref="Patience"/> if nothing is said.</param>
    public WebhookPost(bool privateToo, TimeSpan? patience = null)
    {
        _privateToo = privateToo;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // Nobody else's trace goes to a stranger.
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            // A name that points elsewhere now is looked up again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            // A word of thanks is read away so that the connection can serve again; of more than that nothing is.
            MaxResponseDrainSize = 16 * 1024,
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = patience ?? Patience,
        };
    }

    /// <summary>Sends; the status, or why there is none.</summary>
    public async Task<(int? Status, string? Failure)> SendAsync(Uri url, string message, long seconds, string signature, byte[] body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("LiveLedger-Webhooks/1");
        request.Headers.Add("webhook-id", message);
        request.Headers.Add("webhook-timestamp", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", signature);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            // Standard Webhooks: 2xx and nothing else is taken for a yes.
            return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : $"answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (null, e.InnerException is ForbiddenAddressException forbidden ? forbidden.Message : InWords(e.HttpRequestError));
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, $"no answer within {_http.Timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or NotSupportedException or FormatException)
        {
            // Whatever a stranger's address or answer brings about counts as an attempt, or it would be made for ever.
            return (null, InWords(HttpRequestError.Unknown));
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        var allowed = _privateToo ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
        {
            throw new ForbiddenAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string InWords(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name is not found",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no TLS, or a certificate that does not hold",
        HttpRequestError.ConfigurationLimitExceeded => "the answer's headers are too long",
        _ => "the answer is no HTTP",
    };

    private sealed class ForbiddenAddressException() : IOException("the address is not a public one");
}
