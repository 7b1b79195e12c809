using System.Net.Http.Headers;
using System.Text.Json;

namespace LiveLedger.Cli.Rest;

/// <summary>The REST API of one server, with one token.</summary>
internal sealed class ServerApi(Uri server, string? token) : IDisposable
{
    private const int MaxBody = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    internal Uri Server { get; } = server;

    internal HttpClient Http => _http;

    internal Task<string> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    internal async Task<T> GetAsync<T>(string path, CancellationToken cancellation) => Read<T>(await GetAsync(path, cancellation));

    internal Task<string> PostAsync(string path, object? body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, JsonContent(body ?? new object()), cancellation);

    internal async Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) => Read<T>(await PostAsync(path, body, cancellation));

    internal Task<string> PutAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, JsonContent(body), cancellation);

    internal Task<string> PutAsync(string path, byte[] body, string mediaType, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new(mediaType);
        return SendAsync(HttpMethod.Put, path, content, cancellation);
    }

    /// <summary>Writes an answer of any length to a stream as it comes.</summary>
    /// <param name="path">What to get.</param>
    /// <param name="to">Where to.</param>
    /// <param name="limit">Most bytes.</param>
    /// <param name="progress">Is told how many bytes there are so far.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task DownloadAsync(string path, Stream to, long limit, Action<long> progress, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path, null);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal((int)response.StatusCode, System.Text.Encoding.UTF8.GetString(await Download.BodyAsync(response, MaxBody, cancellation)));
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            await Download.CopyAsync(body, to, limit, progress, cancellation);
        }
        catch (Exception e) when (Download.IsNetwork(e, cancellation))
        {
            throw new CommandFailure($"the answer of {Server} broke off: {e.Message}");
        }
    }

    internal static T Read<T>(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, Json) ?? throw new CommandFailure("the server's answer is empty");
        }
        catch (JsonException e)
        {
            throw new CommandFailure($"the server's answer is not what was asked for: {e.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent JsonContent(object body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, Json));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private async Task<string> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = Request(method, path, content);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var body = System.Text.Encoding.UTF8.GetString(await Download.BodyAsync(response, MaxBody, cancellation));
            return response.IsSuccessStatusCode ? body : throw Refusal((int)response.StatusCode, body);
        }
        catch (Exception e) when (Download.IsNetwork(e, cancellation))
        {
            throw new CommandFailure($"cannot reach the server at {Server}: {e.Message}");
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, new Uri(Server, path)) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private static ServerRefusal Refusal(int status, string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return new(status, Text(problem, "code"), Text(problem, "detail") is { Length: > 0 } detail ? detail : Text(problem, "title"));
        }
        catch (JsonException)
        {
            return new(status, "", status == 401 ? "the token is not accepted" : $"HTTP {status}");
        }
    }

    private static string Text(JsonDocument problem, string name) =>
        problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
