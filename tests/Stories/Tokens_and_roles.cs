using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>Which tokens open what. Forgeries are made with the server's real key where only one thing about them is wrong.</summary>
public sealed class Tokens_and_roles(OneServer one)
{
    private const string Api = "liveledger-api+jwt";
    private const string Viewer = "liveledger-viewer+jwt";

    [Fact]
    public async Task A_token_of_our_own_making_with_nothing_wrong_is_taken() =>
        // What makes the refusals below mean something.
        Assert.Equal(HttpStatusCode.OK, await ListAsync(Sign(Api, Claims())));

    [Theory]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("without an end")]
    [InlineData("other audience")]
    [InlineData("viewer's audience")]
    [InlineData("other issuer")]
    [InlineData("viewer's type")]
    [InlineData("plain JWT type")]
    [InlineData("other key, our kid")]
    [InlineData("other kid")]
    [InlineData("changed payload")]
    [InlineData("alg none")]
    [InlineData("alg HS256 keyed with our public key")]
    [InlineData("alg ES256 with an EdDSA signature")]
    [InlineData("crit")]
    [InlineData("no signature")]
    public async Task A_token_with_one_thing_wrong_is_refused(string wrong)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var stranger = Ed25519PrivateKey.Generate();
        var token = wrong switch
        {
            "expired" => Sign(Api, Claims(c => (c["nbf"], c["exp"]) = (now - 7200, now - 60))),
            "not yet valid" => Sign(Api, Claims(c => (c["nbf"], c["exp"]) = (now + 120, now + 7200))),
            "without an end" => Sign(Api, Claims(static c => c.Remove("exp"))),
            "other audience" => Sign(Api, Claims(static c => c["aud"] = "somebody-else")),
            "viewer's audience" => Sign(Api, Claims(static c => c["aud"] = "liveledger-viewer")),
            "other issuer" => Sign(Api, Claims(static c => c["iss"] = "https://issuer.example")),
            "viewer's type" => Sign(Viewer, Claims()),
            "plain JWT type" => Sign("JWT", Claims()),
            "other key, our kid" => JwsCompact.Sign(Api, Kid(), Claims(), stranger),
            "other kid" => JwsCompact.Sign(Api, "nobody", Claims(), stranger),
            "changed payload" => Swap(Sign(Api, Claims()), Claims(static c => c["role"] = "operator")),
            "alg none" => $"{Part("""{"alg":"none","typ":"liveledger-api+jwt"}""")}.{StrictBase64Url.Encode(Claims())}.",
            "alg HS256 keyed with our public key" => Hmac(),
            "alg ES256 with an EdDSA signature" => Headed($$"""{"alg":"ES256","typ":"{{Api}}","kid":"{{Kid()}}"}"""),
            "crit" => Headed($$"""{"alg":"EdDSA","typ":"{{Api}}","kid":"{{Kid()}}","crit":["x"],"x":1}"""),
            "no signature" => Sign(Api, Claims()).Split('.') is [var h, var p, _] ? $"{h}.{p}." : "",
            _ => throw new ArgumentOutOfRangeException(nameof(wrong)),
        };
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(token));
    }

    [Fact]
    public async Task A_token_that_was_taken_is_refused_from_its_end_on_and_changed_at_once()
    {
        // It is taken for 30 s after its end, as clocks differ: six of them are left.
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var token = Sign(Api, Claims(c => (c["nbf"], c["exp"]) = (now - 7200, now - 24)));
        Assert.Equal(HttpStatusCode.OK, await ListAsync(token));
        Assert.Equal(HttpStatusCode.OK, await ListAsync(token));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(Swap(token, Claims(static c => c["role"] = "operator"))));
        for (var waiting = Stopwatch.StartNew(); await ListAsync(token) == HttpStatusCode.OK; await Task.Delay(100))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(30), "still taken");
        }
    }

    [Fact]
    public async Task No_token_and_no_right_are_told_apart_by_problem_codes()
    {
        var none = await one.Server.Http.GetAsync("/v1/broadcasts");
        Assert.Equal((HttpStatusCode.Unauthorized, "token-missing"), (none.StatusCode, await CodeAsync(none)));
        Assert.Contains(none.Headers.WwwAuthenticate, static h => h.Scheme == "Bearer");

        using var expired = one.Server.As(Sign(Api, Claims(static c => (c["nbf"], c["exp"]) = (1_600_000_000, 1_700_000_000))));
        Assert.Equal("token-expired", await CodeAsync(await expired.GetAsync("/v1/broadcasts")));

        foreach (var role in (string[])["broadcaster", "auditor"])
        {
            using var api = one.Server.As(await Broadcaster.TokenAsync(one.Server, "no-operator", role));
            var refused = await api.PostAsJsonAsync("/v1/tokens", new { subject = "x", role = "operator", lifetimeSeconds = 60 });
            Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), (refused.StatusCode, await CodeAsync(refused)));
        }

        using var auditor = one.Server.As(await Broadcaster.TokenAsync(one.Server, "ann", "auditor"));
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostAsJsonAsync("/v1/broadcasts", new { title = "x" })).StatusCode);
        using var roleless = one.Server.As(Sign(Api, Claims(static c => c["role"] = "king")));
        Assert.Equal(HttpStatusCode.Forbidden, (await roleless.GetAsync("/v1/broadcasts")).StatusCode);
    }

    [Fact]
    public async Task A_viewer_token_opens_no_api_and_an_api_token_no_licence()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var viewer = await Harness.Server.Viewer.ComeAsync(await acme.CreateAsync(), "ann");

        using var asViewer = one.Server.As(viewer.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await asViewer.GetAsync("/v1/broadcasts")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await asViewer.PostAsJsonAsync("/v1/tokens", new { subject = "x", role = "operator", lifetimeSeconds = 1 })).StatusCode);
        foreach (var token in (string[])[acme.Token, one.Server.OperatorToken])
        {
            using var api = one.Server.As(token);
            Assert.Equal(HttpStatusCode.Unauthorized, (await api.PostAsJsonAsync("/v1/licences", new { kids = (string[])["AAAAAAAAAAAAAAAAAAAAAA"] })).StatusCode);
        }
    }

    [Fact]
    public async Task The_published_key_verifies_our_tokens_with_another_reader()
    {
        var jwks = JsonNode.Parse(await one.Server.Http.GetStringAsync("/.well-known/jwks.json"))!;
        var jwk = Assert.Single(jwks["keys"]!.AsArray())!;
        Assert.True(Jwk.TryParse(Encoding.UTF8.GetBytes(jwk.ToJsonString()), out var key));

        var token = await Broadcaster.TokenAsync(one.Server, "acme", "broadcaster");
        Assert.True(JwsCompact.TryParse(token, Api, out var message));
        Assert.Equal(jwk["kid"]!.GetValue<string>(), message.Kid);
        Assert.True(message.Verify(key));
    }

    [Theory]
    [InlineData("""{"subject":"a","role":"king","lifetimeSeconds":60}""", "role-unknown")]
    [InlineData("""{"subject":"a","role":"viewer","lifetimeSeconds":60}""", "role-unknown")]
    [InlineData("""{"subject":"a","lifetimeSeconds":60}""", "role-unknown")]
    [InlineData("""{"subject":"","role":"auditor","lifetimeSeconds":60}""", "subject-invalid")]
    [InlineData("""{"subject":"oidc:a","role":"auditor","lifetimeSeconds":60}""", "subject-invalid")]
    [InlineData("""{"subject":"a","role":"auditor","lifetimeSeconds":0}""", "lifetime-invalid")]
    [InlineData("""{"subject":"a","role":"auditor","lifetimeSeconds":99999999}""", "lifetime-invalid")]
    [InlineData("""{"subject":"a","subject":"b","role":"auditor","lifetimeSeconds":60}""", "request-malformed")]
    [InlineData("""{"subject":""", "request-malformed")]
    public async Task What_is_asked_of_the_issuer_is_bounded(string body, string code)
    {
        using var api = one.Server.As(one.Server.OperatorToken);
        var refused = await api.PostAsync("/v1/tokens", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, code), (refused.StatusCode, await CodeAsync(refused)));
    }

    [Fact]
    public void The_operators_token_is_for_its_owner_only() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path.Combine(one.Server.Data, "operator.token")));

    private async Task<HttpStatusCode> ListAsync(string token)
    {
        using var api = one.Server.As(token);
        return (await api.GetAsync("/v1/broadcasts")).StatusCode;
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]?.GetValue<string>();

    private byte[] Claims(Action<JsonObject>? change = null)
    {
        // The issuer's name is what the server itself puts in its tokens.
        JwsCompact.TryParse(one.Server.OperatorToken, out var operators);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = JsonNode.Parse(operators!.Payload.Span)!["iss"]!.GetValue<string>(),
            ["aud"] = "liveledger-api",
            ["sub"] = "forger",
            ["role"] = "broadcaster",
            ["nbf"] = now - 5,
            ["exp"] = now + 600,
            ["jti"] = "x",
        };
        change?.Invoke(claims);
        return JsonSerializer.SerializeToUtf8Bytes(claims);
    }

    private string Sign(string typ, byte[] claims)
    {
        using var key = ServersKey();
        return JwsCompact.Sign(typ, JwkThumbprint.Of(key.PublicKey), claims, key);
    }

    private string Headed(string header)
    {
        using var key = ServersKey();
        var input = $"{Part(header)}.{StrictBase64Url.Encode(Claims())}";
        var signature = new byte[64];
        key.Sign(Encoding.ASCII.GetBytes(input), signature);
        return $"{input}.{StrictBase64Url.Encode(signature)}";
    }

    private string Hmac()
    {
        using var key = ServersKey();
        var input = $"{Part($$"""{"alg":"HS256","typ":"{{Api}}","kid":"{{Kid()}}"}""")}.{StrictBase64Url.Encode(Claims())}";
        return $"{input}.{StrictBase64Url.Encode(HMACSHA256.HashData(key.PublicKey.Value.ToArray(), Encoding.ASCII.GetBytes(input)))}";
    }

    private string Kid()
    {
        using var key = ServersKey();
        return JwkThumbprint.Of(key.PublicKey);
    }

    private Ed25519PrivateKey ServersKey()
    {
        var keys = Path.Combine(one.Server.Data, "keys");
        using var kek = KeyEncryptionKey.LoadOrCreate(Path.Combine(keys, "kek"));
        var seed = new byte[Ed25519PrivateKey.SeedLength];
        WrappedSecretFile.Read(Path.Combine(keys, "api.key"), "server/api", kek, seed);
        return Ed25519PrivateKey.FromSeed(seed);
    }

    private static string Swap(string token, byte[] claims) => token.Split('.') is [var header, _, var signature] ? $"{header}.{StrictBase64Url.Encode(claims)}.{signature}" : "";

    private static string Part(string text) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(text));
}
