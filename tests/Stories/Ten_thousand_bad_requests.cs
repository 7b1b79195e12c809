using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>Tokens and requests that are forged, expired, replayed or for another broadcast: not one key.</summary>
public sealed class Ten_thousand_bad_requests(OneServer one)
{
    [Fact]
    public async Task Not_one_of_ten_thousand_forged_expired_replayed_or_misdirected_requests_gets_a_key()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (mine, other) = (await acme.GoLiveAsync(), await acme.GoLiveAsync());
        await mine.PublishAsync(one.Source, 0, 1);
        await other.PublishAsync(one.Source, 0, 1);
        var (kid, otherKid) = (await mine.KeyIdAsync("0"), await other.KeyIdAsync("0"));
        var offer = (await (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{mine.Id}/offers", new { replayProtection = true })).Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{mine.Id}/entitlements", new { viewer = "ann", offer })).EnsureSuccessStatusCode();
        (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{other.Id}/entitlements", new { viewer = "ann" })).EnsureSuccessStatusCode();
        var good = (await Viewer.ComeAsync(mine, "ann")).Token;
        var elsewhere = (await Viewer.ComeAsync(other, "ann")).Token;
        var expiring = (await Viewer.ComeAsync(mine, "ann", seconds: 1)).Token;

        // A request that is good once, so that the others have something to be refused for.
        const string playback = "AAAAAAAAAAAAAAAAAAAAAA";
        object Body(string id, long nonce) => new { kids = (string[])[id], type = "temporary", playback, nonce };
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(good, Body(kid, 0))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(elsewhere, Body(otherKid, 0))).StatusCode);

        var random = new Random(4);
        var next = 1L;
        var bad = new List<(string What, string Token, object Body)>();
        void Add(int count, string what, Func<string> token, Func<object> body) => bad.AddRange(Enumerable.Range(0, count).Select(_ => (what, token(), body())));
        Add(3_000, "altered", () => Altered(good, random), () => Body(kid, next++));
        Add(1_000, "signed by somebody else", () => Forged(good, "EdDSA", random), () => Body(kid, next++));
        Add(500, "not signed", () => Forged(good, "none", random), () => Body(kid, next++));
        Add(1_500, "of another broadcast", () => elsewhere, () => Body(kid, next++));
        Add(500, "of another broadcast, for keys of both", () => elsewhere, () => new { kids = (string[])[otherKid, kid], playback, nonce = next++ });
        Add(1_500, "replayed", () => good, () => Body(kid, 0));
        Add(500, "without a number", () => good, () => new { kids = (string[])[kid] });
        Add(500, "by an API token", () => one.Server.OperatorToken, () => Body(kid, next++));
        Add(500, "for keys by chance", () => good, () => Body(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), next++));
        await RefusedAsync(bad);

        // Clocks may differ by 30 s.
        for (var until = DateTime.UtcNow.AddSeconds(60); (await AskAsync(expiring, Body(kid, next++))).StatusCode != HttpStatusCode.Unauthorized; await Task.Delay(500))
        {
            Assert.True(DateTime.UtcNow < until, "a token ends");
        }

        var expired = new List<(string, string, object)>();
        expired.AddRange(Enumerable.Range(0, 500).Select(_ => ("expired", expiring, Body(kid, next++))));
        await RefusedAsync(expired);
        Assert.Equal(10_000, bad.Count + expired.Count);
        // And a good one is still good.
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(good, Body(kid, next))).StatusCode);
    }

    private async Task RefusedAsync(List<(string What, string Token, object Body)> requests) => await Parallel.ForEachAsync(
        requests, new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (request, _) =>
        {
            using var answer = await AskAsync(request.Token, request.Body);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{request.What}: {(int)answer.StatusCode} {text}");
            Assert.DoesNotContain("\"k\"", text, StringComparison.Ordinal);
        });

    private async Task<HttpResponseMessage> AskAsync(string token, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/licences") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await one.Server.Http.SendAsync(request);
    }

    // Another letter somewhere. The last letter of a part holds bits that no byte has, so it is left alone.
    private static string Altered(string token, Random random)
    {
        var letters = token.ToCharArray();
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        while (true)
        {
            var at = random.Next(letters.Length - 1);
            var letter = alphabet[random.Next(alphabet.Length)];
            if (letters[at] != '.' && letters[at + 1] != '.' && letters[at] != letter)
            {
                letters[at] = letter;
                return new(letters);
            }
        }
    }

    // What the good one says, and for longer, under a key of our own or none.
    private static string Forged(string token, string algorithm, Random random)
    {
        var parts = token.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        header["alg"] = algorithm;
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        payload["exp"] = payload["exp"]!.GetValue<long>() + random.Next(1, 1000);
        var input = $"{Encode(header)}.{Encode(payload)}";
        if (algorithm == "none")
        {
            return $"{input}.";
        }

        using var key = Ed25519PrivateKey.Generate();
        var signature = new byte[64];
        key.Sign(Encoding.ASCII.GetBytes(input), signature);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonNode node) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(node));
}
