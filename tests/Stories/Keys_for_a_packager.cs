using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;
using LiveLedger.Harness.Speke;

namespace LiveLedger.Stories;

/// <summary>A packager of somebody else's makes asks for a broadcast's keys over SPEKE, as its owner.</summary>
public sealed class Keys_for_a_packager(OneServer one)
{
    [Theory]
    [InlineData("2.0", "/speke/v2/copyProtection")]
    [InlineData("2.0", "/speke/v2")]
    [InlineData("2.1", "/speke/v2.1/copyProtection")]
    public async Task A_request_in_the_published_shape_gets_the_same_keys_each_time(string speke, string path)
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString(), Speke = speke };

        using var answer = await request.SendAsync(acme.Api, path: path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal("application/xml", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(speke, answer.Headers.GetValues("X-Speke-Version").Single());
        Assert.NotEmpty(answer.Headers.GetValues("X-Speke-User-Agent").Single());
        Assert.True(answer.Headers.CacheControl?.NoStore);

        var keys = new PackagerAnswer(text);
        using var again = await request.SendAsync(acme.Api);
        var same = new PackagerAnswer(await again.Content.ReadAsStringAsync());
        Assert.Equal(keys.Plain(request.VideoKey), same.Plain(request.VideoKey));
        Assert.Equal(16, keys.Plain(request.AudioKey).Length);
        Assert.NotEqual(keys.Plain(request.VideoKey), keys.Plain(request.AudioKey));
        Assert.Equal(keys.OfKey(request.AudioKey, "explicitIV"), same.OfKey(request.AudioKey, "explicitIV"));
    }

    [Fact]
    public async Task Keys_wrapped_to_a_certificate_open_with_it_and_what_was_given_stands_in_the_ledger_without_a_key()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.CreateAsync();
        using var recipient = PackagerRequest.NewRecipient();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString(), Speke = "2.1" };
        var plain = new PackagerAnswer(await (await request.SendAsync(acme.Api)).Content.ReadAsStringAsync());
        var wrapped = new PackagerAnswer(await (await (request with { Recipient = recipient }).SendAsync(acme.Api)).Content.ReadAsStringAsync());
        Assert.Equal(plain.Plain(request.VideoKey), wrapped.Open(request.VideoKey, recipient));
        Assert.Equal(plain.Plain(request.AudioKey), wrapped.Open(request.AudioKey, recipient));

        var payloads = await PayloadsAsync(acme, broadcast);
        Assert.Equal(2, payloads.Count);
        var given = JsonNode.Parse(payloads[1])!;
        Assert.Equal(request.VideoKey.ToString("N"), given["keys"]![0]!["kid"]!.GetValue<string>());
        Assert.Equal("HD", given["keys"]![0]!["class"]!.GetValue<string>());
        Assert.Equal(recipient.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256), given["recipients"]![0]!.GetValue<string>(), ignoreCase: true);
        foreach (var key in (byte[][])[plain.Plain(request.VideoKey), plain.Plain(request.AudioKey)])
        {
            foreach (var form in (string[])[Convert.ToHexString(key), Convert.ToBase64String(key), Base64Url.EncodeToString(key)])
            {
                Assert.DoesNotContain(payloads, p => p.Contains(form, StringComparison.OrdinalIgnoreCase));
                Assert.DoesNotContain(one.Server.Log, l => l.Contains(form, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    [Fact]
    public async Task A_viewer_is_licensed_what_the_packager_encrypts_within_the_tier_and_time()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString() };
        var given = new PackagerAnswer(await (await request.SendAsync(acme.Api)).Content.ReadAsStringAsync());
        // The next period's, as SPEKE 2.1 says when: not yet.
        var later = request with { Speke = "2.1", VideoKey = Guid.NewGuid(), AudioKey = Guid.NewGuid(), Period = 4 };
        (await later.SendAsync(acme.Api, later.Document.Replace("2026-01-01T", "2099-01-01T", StringComparison.Ordinal))).EnsureSuccessStatusCode();
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        string[] kids = [.. ((Guid[])[request.VideoKey, request.AudioKey, later.AudioKey]).Select(k => Base64Url.EncodeToString(k.ToByteArray(bigEndian: true)))];
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.AskAsync(kids)).StatusCode);

        await viewer.EntitleAsync();
        var licence = await viewer.AskAsync(kids);
        Assert.True(licence.IsSuccessStatusCode, await licence.Content.ReadAsStringAsync());
        var keys = (await licence.Content.ReadFromJsonAsync<JsonObject>())!["keys"]!.AsArray()
            .ToDictionary(k => k!["kid"]!.GetValue<string>(), k => Base64Url.DecodeFromChars(k!["k"]!.GetValue<string>()));
        Assert.Equal(kids[..2].Order(), keys.Keys.Order());
        Assert.Equal(given.Plain(request.VideoKey), keys[kids[0]]);
        Assert.Equal(given.Plain(request.AudioKey), keys[kids[1]]);

        // Of another broadcast, and given to nobody: no key.
        var other = await Viewer.ComeAsync(await acme.GoLiveAsync(), "ann");
        await other.EntitleAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await other.AskAsync(kids[..1])).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.AskAsync(Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()))).StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_in_the_published_words()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var request = new PackagerRequest { ContentId = (await acme.CreateAsync()).Id.ToString() };
        var document = request.Document;
        foreach (var (body, text) in ((string, string)[])[
            (document.Replace($"contentId=\"{request.ContentId}\"", "contentId=\"\""), "Missing CPIX@contentId"),
            (document.Replace("version=\"2.3\"", ""), "Missing CPIX@version"),
            (document.Replace("version=\"2.3\"", "version=\"2.2\""), "Unsupported CPIX@version"),
            (document.Replace("commonEncryptionScheme=\"cbcs\" explicitIV", "explicitIV"), $"Missing ContentKey@commonEncryptionScheme for KID {request.VideoKey}"),
            (document.Replace("commonEncryptionScheme=\"cbcs\" explicitIV", "commonEncryptionScheme=\"cenc\" explicitIV"), "Non compliant ContentKey@commonEncryptionScheme combination")])
        {
            using var answer = await request.SendAsync(acme.Api, body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Equal(text, (await answer.Content.ReadFromJsonAsync<JsonObject>())!["detail"]!.GetValue<string>());
            Assert.Equal("2.0", answer.Headers.GetValues("X-Speke-Version").Single());
        }

        using var version = await (request with { Speke = "3.0" }).SendAsync(acme.Api);
        Assert.Equal("Unsupported SPEKE version", (await version.Content.ReadFromJsonAsync<JsonObject>())!["detail"]!.GetValue<string>());
        using var bomb = await request.SendAsync(acme.Api, "<!DOCTYPE x [<!ENTITY a \"b\">]>" + document[(document.IndexOf("?>", StringComparison.Ordinal) + 2)..]);
        Assert.Equal(HttpStatusCode.BadRequest, bomb.StatusCode);
        using var large = await request.SendAsync(acme.Api, document + new string(' ', 256 * 1024));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var json = await acme.Api.PostAsync("/speke/v2/copyProtection", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, json.StatusCode);
    }

    [Fact]
    public async Task Nobody_but_the_owner_gets_keys_or_learns_of_the_broadcast()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        using var rival = await Broadcaster.AdmitAsync(one.Server, "rival");
        var broadcast = await acme.CreateAsync();
        var request = new PackagerRequest { ContentId = broadcast.Id.ToString() };

        using var theirs = await request.SendAsync(rival.Api);
        using var nobodys = await (request with { ContentId = Guid.CreateVersion7().ToString("N") }).SendAsync(rival.Api);
        Assert.Equal(HttpStatusCode.NotFound, theirs.StatusCode);
        Assert.Equal(await nobodys.Content.ReadAsStringAsync(), await theirs.Content.ReadAsStringAsync());

        using var operators = one.Server.As(one.Server.OperatorToken);
        Assert.Equal(HttpStatusCode.Forbidden, (await request.SendAsync(operators)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await request.SendAsync(one.Server.Http)).StatusCode);
        using var viewer = one.Server.As((await Viewer.ComeAsync(broadcast, "ann")).Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await request.SendAsync(viewer)).StatusCode);
        Assert.Empty(await PayloadsAsync(acme, broadcast));
    }

    private static async Task<List<string>> PayloadsAsync(Broadcaster owner, RunningBroadcast broadcast)
    {
        // The index follows the log within a second; what made the broadcast was logged before.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var items = (await owner.Api.GetFromJsonAsync<JsonObject>($"/v1/ledger/entries?broadcast={broadcast.Id}"))!["items"]!.AsArray();
        Assert.NotEmpty(items);
        return [.. items.Select(static i => Encoding.UTF8.GetString(Convert.FromBase64String(i!["payload"]!.GetValue<string>()))).Where(static p => p.Contains("\"speke\"", StringComparison.Ordinal))];
    }
}
