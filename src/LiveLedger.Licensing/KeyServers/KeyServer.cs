using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.KeyServers;

/// <summary>Asks a commercial key server for content keys. They travel encrypted to a certificate of this process, unless the server knows no such thing.</summary>
internal sealed class KeyServer(KeyServerOptions options) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Redirections would carry the credentials elsewhere.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = s_patience,
        MaxResponseContentBufferSize = CpixText.MaxBytes,
    };

    private readonly Lazy<X509Certificate2> _recipient = new(NewRecipient);

    /// <summary>What the server calls a broadcast.</summary>
    public string ContentIdOf(BroadcastId broadcast) => options.ContentId.Replace("{broadcast}", broadcast.ToString(), StringComparison.Ordinal);

    /// <summary>The keys of a period, one after the other in the order of their ids. The caller zeroes them.</summary>
    /// <remarks>Blocks: a segment that waits for its key waits here, and <see cref="HttpClient.Send(HttpRequestMessage)"/> holds one thread only.</remarks>
    /// <exception cref="RefusedException">The server does not answer, or not with these keys.</exception>
    public byte[] Fetch(string contentId, ProtectionScheme scheme, ulong period, IReadOnlyList<(TrackClass Class, KeyId Id)> wanted)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Url)
            {
                Content = new ByteArrayContent(CpixOrder.Write(contentId, scheme, period, wanted, _recipient.Value)),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
            request.Headers.Add("X-Speke-Version", "2.0");
            AddHeaders(request);
            using var answer = _http.Send(request);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RefusedException(Failed($"it answers {(int)answer.StatusCode}"));
            }

            var body = new byte[CpixText.MaxBytes + 1];
            using var stream = answer.Content.ReadAsStream();
            var length = stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false);
            try
            {
                return CpixText.TryRead(body.AsMemory(0, length), out var document) && DeliveredKeys.TryRead(document, contentId, wanted, _recipient.Value, out var keys)
                    ? keys
                    : throw new RefusedException(Failed("what it answers does not hold the keys that were asked for"));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(body);
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            throw new RefusedException(Failed("it does not answer"), e);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        if (_recipient.IsValueCreated)
        {
            _recipient.Value.Dispose();
        }
    }

    private static Refusal Failed(string how) => new(503, "key-server-failed", $"The key server that this broadcast's keys come from fails: {how}. Ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };

    private void AddHeaders(HttpRequestMessage request)
    {
        foreach (var line in options.HeadersFile is { } file ? File.ReadLines(file) : [])
        {
            if (line.Split(':', 2) is [var name, var value])
            {
                request.Headers.TryAddWithoutValidation(name.Trim(), value.Trim());
            }
        }
    }

    private static X509Certificate2 NewRecipient()
    {
        using var rsa = RSA.Create(2048);
        return new CertificateRequest("CN=LiveLedger", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
    }
}
