using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Proofs;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Revocations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Relay.Tests;

/// <summary>A platform's admissions alone, really signed, for one broadcast: the relay asks it as it would the server.</summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    public const string Issuer = "https://live.example";
    public const string Origin = "https://relay.example:8443";
    public const string Token = "the-word-of-the-grant";

    private readonly WebApplication _app;
    private readonly Upstream _upstream;
    private readonly PeerPseudonym _relay = new(new(RandomNumberGenerator.GetBytes(32)));

    private TestPlatform(Upstream upstream)
    {
        _upstream = upstream;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            if (!IsAway)
            {
                return next(context);
            }

            context.Abort();
            return Task.CompletedTask;
        });
        _app.MapGet("/v1/admissions", () => Results.Json(new { issuer = Issuer, serverTime = Now.ToUnixTimeMilliseconds() }));
        _app.MapGet("/.well-known/jwks.json", () => Results.Text(Jwk.ToSetJson([Key.PublicKey]), "application/json"));
        _app.MapPost("/v1/admissions", (Delegate)AdmitRelayAsync);
        _app.MapGet("/v1/relay", (HttpContext context) => context.Request.Headers.Authorization != $"Bearer {Token}" ? Refused(401, "token-invalid")
            : IsWithdrawn ? Refused(403, "grant-ended")
            : Results.Json(new { relay = new { id = "x", broadcast = GrantedFor?.ToString() }, broadcasts = Live.Select(static b => b.ToString()) }));
        _app.MapPost("/v1/fraud-proofs", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Proofs.Add(body.ToArray());
            return Proofs.Count <= RefusedProofs ? Refused(429, "too-many-proofs") : Results.Json(new { convicts = "peer" }, statusCode: 201);
        });
        _app.MapPost("/v1/receipts", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (!ReceiptBatch.TryRead(body.ToArray(), out var batch))
            {
                return Refused(400, "receipts-malformed");
            }

            Batches.Add(batch);
            return Results.Json(new { filed = batch.Receipts.Count, again = 60 });
        });
        _app.MapGet("/live/{broadcast}/master.m3u8", static () => "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/media.m3u8\n");
        _app.MapGet("/live/{broadcast}/v/media.m3u8", () => "#EXTM3U\n" + string.Concat(Enumerable.Range(0, Upstream.Segments).Select(static n => $"#EXTINF:2,\n{n}.m4s\n")));
    }

    public Ed25519PrivateKey Key { get; } = Ed25519PrivateKey.Generate();

    /// <summary>Its clock is not this machine's.</summary>
    public DateTimeOffset Now => DateTimeOffset.UtcNow.AddHours(3);

    public Uri Address => new(_app.Urls.First());

    public bool IsAway { get; set; }

    /// <summary>The tracker that admissions name.</summary>
    public Uri Tracker { get; set; } = new("ws://127.0.0.1:1/v1/swarm");

    /// <summary>The web origin of the relay's grant.</summary>
    public string RelayOrigin { get; set; } = Origin;

    /// <summary>What the relay's grant lets it send.</summary>
    public long? UploadLimit { get; set; }

    /// <summary>The one broadcast that the grant is for; null for all.</summary>
    public BroadcastId? GrantedFor { get; set; }

    /// <summary>What is live.</summary>
    public IReadOnlyList<BroadcastId> Live { get; set; } = [];

    public bool IsWithdrawn { get; set; }

    public int Admitted { get; private set; }

    /// <summary>What was handed in.</summary>
    public List<ReceiptBatch> Batches { get; } = [];

    public static async Task<TestPlatform> StartAsync(Upstream upstream)
    {
        var platform = new TestPlatform(upstream);
        await platform._app.StartAsync();
        return platform;
    }

    /// <summary>Admits somebody.</summary>
    public LinkSelf Admit(Func<Admission, Admission>? change = null, Ed25519PrivateKey? key = null, Ed25519PrivateKey? signer = null)
    {
        key ??= Ed25519PrivateKey.Generate();
        var now = DateTimeOffset.FromUnixTimeSeconds(Now.ToUnixTimeSeconds());
        var admission = (change ?? (static a => a))(new()
        {
            Issuer = Issuer,
            Id = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(16)),
            Peer = new(new(RandomNumberGenerator.GetBytes(32))),
            Key = key.PublicKey,
            Broadcast = _upstream.Broadcast,
            Role = PeerRole.Viewer,
            IssuedAt = now,
            ExpiresAt = now.AddMinutes(10),
            Identity = _upstream.Identity.PublicKey,
            Tracker = Tracker,
        });
        return new(key, AdmissionToken.Sign(admission, signer ?? Key), admission);
    }

    public string Revoke(params PeerPseudonym[] peers) => RevocationToken.Sign(new(Issuer, _upstream.Broadcast, peers, Now), Key);

    /// <summary>Fraud proofs that were brought; so many of the first are refused for the time being.</summary>
    public List<byte[]> Proofs { get; } = [];

    public int RefusedProofs { get; set; }

    public AdmissionVerifier Verifier => new(Issuer, [Key.PublicKey]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        Key.Dispose();
    }

    private static IResult Refused(int status, string code) => Results.Json(new { code }, statusCode: status);

    private async Task<IResult> AdmitRelayAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var asked = body.RootElement;
        byte[] Bytes(string name) => Base64Url.DecodeFromChars(asked.GetProperty(name).GetString());
        if (context.Request.Headers.Authorization != $"Bearer {Token}" || !Ed25519PublicKey.TryParse(Bytes("key"), out var key)
            || !BroadcastId.TryParse(asked.GetProperty("broadcast").GetString(), out var broadcast)
            || DateTimeOffset.FromUnixTimeMilliseconds(asked.GetProperty("time").GetInt64()) is var at && (at - Now).Duration() > TimeSpan.FromSeconds(60)
            || !key.Verify(PossessionProof.RequestBytes(Issuer, broadcast, key, at, new(new(Bytes("nonce")))), Bytes("proof")))
        {
            return Refused(403, "possession-unproved");
        }

        if (IsWithdrawn)
        {
            return Refused(403, "grant-ended");
        }

        var now = DateTimeOffset.FromUnixTimeSeconds(Now.ToUnixTimeSeconds());
        var token = AdmissionToken.Sign(new()
        {
            Issuer = Issuer,
            Id = StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(16)),
            Peer = _relay,
            Key = key,
            Broadcast = broadcast,
            Role = PeerRole.Relay,
            IssuedAt = now,
            ExpiresAt = now.AddMinutes(10),
            Identity = _upstream.Identity.PublicKey,
            Tracker = Tracker,
            UploadLimit = UploadLimit,
            Origin = RelayOrigin,
        }, Key);
        Admitted++;
        return Results.Json(new { admission = token, expiresAt = now.AddMinutes(10).ToUnixTimeMilliseconds(), serverTime = Now.ToUnixTimeMilliseconds(), renewAfter = 300 }, statusCode: 201);
    }
}
