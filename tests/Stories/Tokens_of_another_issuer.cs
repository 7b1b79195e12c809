using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Stories;

/// <summary>An OpenID Connect issuer beside our own: its RS256 tokens are taken, with its roles translated and its accounts kept apart.</summary>
public sealed class Tokens_of_another_issuer : IAsyncLifetime
{
    private readonly RSA _key = RSA.Create(2048);
    private WebApplication _issuer = null!;
    private ServerProcess _server = null!;

    private string Authority => _issuer.Urls.First();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _issuer = builder.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Authority, jwks_uri = $"{Authority}/keys" }));
        _issuer.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", kid = "k1", use = "sig", alg = "RS256", n = StrictBase64Url.Encode(key.Modulus), e = StrictBase64Url.Encode(key.Exponent) } } });
        });
        await _issuer.StartAsync();

        var cluster = await PostgresCluster.SharedAsync();
        _server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string>
        {
            ["LIVELEDGER_OIDC_AUTHORITY"] = Authority,
            ["LIVELEDGER_OIDC_AUDIENCE"] = "liveledger",
            ["LIVELEDGER_OIDC_ROLE_CLAIM"] = "groups",
            ["LIVELEDGER_OIDC_ROLES"] = "crew=broadcaster,finance=auditor",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Its_tokens_are_taken_with_its_roles_translated_and_forged_ones_are_not()
    {
        using var crew = _server.As(Token());
        var created = await crew.PostAsJsonAsync("/v1/broadcasts", new { title = "x" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("oidc:ann", (await created.Content.ReadFromJsonAsync<JsonObject>())!["owner"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.OK, await ListAsync(Token(static c => c["groups"] = "finance")));
        Assert.Equal(HttpStatusCode.OK, await ListAsync(Token(static c => c["groups"] = new JsonArray("staff", "crew"))));
        Assert.Equal(HttpStatusCode.Forbidden, await ListAsync(Token(static c => c["groups"] = "staff")));
        // A role of ours by name is none of theirs unless the configuration says so.
        Assert.Equal(HttpStatusCode.Forbidden, await ListAsync(Token(static c => (c["groups"], c["role"]) = ("operator", "operator"))));

        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(static c => c["aud"] = "somebody-else")));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(static c => c["iss"] = "https://other.example")));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(static c => (c["nbf"], c["exp"]) = (1_600_000_000, 1_700_000_000))));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(algorithm: "HS256")));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(algorithm: "none")));
        using var stranger = RSA.Create(2048);
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Token(key: stranger)));
    }

    [Fact]
    public async Task Our_own_tokens_go_on_and_an_account_of_theirs_is_never_one_of_ours()
    {
        using var ours = await Broadcaster.AdmitAsync(_server, "ann");
        var broadcast = await ours.CreateAsync();
        using var theirs = _server.As(Token());
        Assert.Equal(HttpStatusCode.NotFound, (await theirs.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ours.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);
    }

    private async Task<HttpStatusCode> ListAsync(string token)
    {
        using var api = _server.As(token);
        return (await api.GetAsync("/v1/broadcasts")).StatusCode;
    }

    private string Token(Action<JsonObject>? change = null, string algorithm = "RS256", RSA? key = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Authority, ["aud"] = "liveledger", ["sub"] = "ann", ["groups"] = "crew", ["nbf"] = now - 5, ["exp"] = now + 600 };
        change?.Invoke(claims);
        var input = $"{Part($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"k1"}""")}.{Part(claims.ToJsonString())}";
        var bytes = Encoding.ASCII.GetBytes(input);
        var signature = algorithm switch
        {
            "RS256" => (key ?? _key).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "HS256" => HMACSHA256.HashData(_key.ExportRSAPublicKey(), bytes),
            _ => [],
        };
        return $"{input}.{StrictBase64Url.Encode(signature)}";

        static string Part(string text) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(text));
    }
}
