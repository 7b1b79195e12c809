using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Harness.Server;

/// <summary>A broadcaster at work through the REST API, with an identity key of its own.</summary>
public sealed class Broadcaster : IDisposable
{
    private Broadcaster(ServerProcess server, string name, string token) => (Server, Name, Token, Api) = (server, name, token, server.As(token));

    public ServerProcess Server { get; }

    public string Name { get; }

    public string Token { get; }

    /// <summary>A client with the broadcaster's token.</summary>
    public HttpClient Api { get; }

    public Ed25519PrivateKey Identity { get; } = Ed25519PrivateKey.Generate();

    /// <summary>Has the operator admit a broadcaster.</summary>
    public static async Task<Broadcaster> AdmitAsync(ServerProcess server, string name) =>
        new(server, name, await TokenAsync(server, name, "broadcaster"));

    /// <summary>Has the operator make an API token.</summary>
    public static async Task<string> TokenAsync(ServerProcess server, string subject, string role)
    {
        using var api = server.As(server.OperatorToken);
        var answer = await api.PostAsJsonAsync("/v1/tokens", new { subject, role, lifetimeSeconds = 3600 });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!.GetValue<string>();
    }

    /// <summary>Creates a broadcast, certifies its session key, and starts it.</summary>
    public async Task<RunningBroadcast> GoLiveAsync(string title = "Test", string scheme = "cbcs", int? keyPeriodSeconds = null, string? keySignalling = null, string? peers = null)
    {
        var created = await CreateAsync(title, scheme, keyPeriodSeconds, keySignalling, peers);
        await CertifyAsync(created);
        (await Api.PostAsync($"/v1/broadcasts/{created.Id}/start", null)).EnsureSuccessStatusCode();
        return created;
    }

    /// <summary>Creates a broadcast and no more.</summary>
    public async Task<RunningBroadcast> CreateAsync(string title = "Test", string scheme = "cbcs", int? keyPeriodSeconds = null, string? keySignalling = null, string? peers = null)
    {
        var answer = await Api.PostAsJsonAsync("/v1/broadcasts", new { title, scheme, keyPeriodSeconds, keySignalling, peers });
        answer.EnsureSuccessStatusCode();
        var json = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        BroadcastId.TryParse(json["id"]!.GetValue<string>(), out var id);
        return new(this, id, json["ingest"]!["key"]!.GetValue<string>(), json["sessionKey"]!.GetValue<string>());
    }

    /// <summary>Signs the broadcast's session key with the identity, and hands the certificate in.</summary>
    public async Task CertifyAsync(RunningBroadcast broadcast)
    {
        Ed25519PublicKey.TryParse(Base64Url.DecodeFromChars(broadcast.SessionKey), out var session);
        var certificate = new SignerCertificate
        {
            Broadcast = broadcast.Id,
            SessionKey = session,
            NotBefore = DateTimeOffset.UtcNow.AddMinutes(-5),
            NotAfter = DateTimeOffset.UtcNow.AddDays(1),
            Identity = Identity.PublicKey,
        }.Sign(Identity);
        var content = new ByteArrayContent(certificate);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cose");
        (await Api.PutAsync($"/v1/broadcasts/{broadcast.Id}/signer", content)).EnsureSuccessStatusCode();
    }

    public void Dispose()
    {
        Api.Dispose();
        Identity.Dispose();
    }
}
