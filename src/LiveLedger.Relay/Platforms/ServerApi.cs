using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace LiveLedger.Relay.Platforms;

/// <summary>The server gave no answer, or not a good one.</summary>
/// <param name="message">What happened.</param>
/// <param name="code">The problem's code, if it named one.</param>
/// <param name="inner">The cause.</param>
internal sealed class ServerFailure(string message, string? code, Exception? inner = null) : Exception(message, inner)
{
    public string? Code { get; } = code;
}

/// <summary>The platform's server as the relay asks it: short answers in JSON, and hints from manifests.</summary>
internal sealed class ServerApi : IDisposable
{
    private const int MaxAnswer = 1 << 20;

    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly string? _token;

    public ServerApi(Uri root, string? token)
    {
        _root = root.AbsoluteUri.EndsWith('/') ? root : new(root.AbsoluteUri + "/");
        _token = token;
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
        {
            Timeout = TimeSpan.FromSeconds(20),
            MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    /// <summary>A public answer.</summary>
    /// <exception cref="ServerFailure">There is none.</exception>
    public async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation) => Parse(await SendAsync(new(HttpMethod.Get, new Uri(_root, path)), cancellation));

    /// <summary>A public text; null if there is none.</summary>
    public async Task<string?> TryGetTextAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync(new(HttpMethod.Get, new Uri(_root, path)), cancellation);
        }
        catch (ServerFailure)
        {
            return null;
        }
    }

    /// <summary>An answer for who has the relay's token.</summary>
    /// <exception cref="ServerFailure">There is no answer, or a refusal.</exception>
    public async Task<JsonDocument> GetOwnAsync(string path, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_root, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return Parse(await SendAsync(request, cancellation));
    }

    /// <summary>Asks with the relay's token.</summary>
    /// <exception cref="ServerFailure">There is no answer, or a refusal.</exception>
    public async Task<JsonDocument> PostAsync(string path, byte[] json, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_root, path)) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return Parse(await SendAsync(request, cancellation));
    }

    /// <summary>Hands something in that speaks for itself, without the relay's token.</summary>
    /// <exception cref="ServerFailure">There is no answer, or a refusal.</exception>
    public async Task<JsonDocument> PostPublicAsync(string path, ReadOnlyMemory<byte> body, string mediaType, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_root, path)) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new(mediaType);
        return Parse(await SendAsync(request, cancellation));
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request, cancellation);
                var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation));
                return response.IsSuccessStatusCode ? body : throw Refusal((int)response.StatusCode, body);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                throw new ServerFailure($"cannot reach the server at {_root}: {e.Message}", null, e);
            }
        }
    }

    private static ServerFailure Refusal(int status, string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            var code = problem.RootElement.GetProperty("code").GetString();
            return new($"the server refused ({status} {code})", code);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new($"the server refused ({status})", null);
        }
    }

    private static JsonDocument Parse(string body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException e)
        {
            throw new ServerFailure("the server's answer is not what was asked for", null, e);
        }
    }
}
