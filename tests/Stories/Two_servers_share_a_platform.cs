using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A server that joins another serves what that one records, and the other way round; a broadcast is written by one of them.</summary>
public sealed class Two_servers_share_a_platform(OneServer one)
{
    [Fact]
    public async Task Each_serves_and_licenses_what_the_other_records()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync(keyPeriodSeconds: 10);
        await broadcast.PublishAsync(one.Source, 0, 1);
        await using var other = await one.Server.JoinAsync();
        var playlist = await other.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        Assert.Contains("0.m4s", playlist);
        Assert.DoesNotContain("1.m4s", playlist);

        // What is sealed over there later is served here too, by manifests and by name.
        await broadcast.PublishAsync(one.Source, 1, 4, init: false);
        Assert.Equal(await one.Server.Http.GetByteArrayAsync($"/live/{broadcast.Id}/2/3.m4s"), await other.Http.GetByteArrayAsync($"/live/{broadcast.Id}/2/3.m4s"));
        Assert.Equal(await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8"), await other.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8"));

        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        using var asking = other.As(viewer.Token);
        var licence = await asking.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync("0") }, type = "temporary" });
        Assert.Equal(HttpStatusCode.OK, licence.StatusCode);

        await broadcast.EndAsync();
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(3);
        while (!(await other.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8")).Contains("#EXT-X-ENDLIST", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < until, "the other server has not heard of the end");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task A_broadcast_is_written_by_one_and_the_other_says_so_until_that_one_is_gone()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var joined = await one.Server.JoinAsync();
        await using var again = joined;
        using var there = joined.As(acme.Token);
        var broadcast = await acme.CreateAsync();
        await acme.CertifyAsync(broadcast);
        (await there.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null)).EnsureSuccessStatusCode();

        await ElsewhereAsync(acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null));
        await ElsewhereAsync(acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/end", null));
        await ElsewhereAsync(broadcast.PushAsync("0/init.mp4", one.Source.Init("0")));
        (await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"), over: joined.Http)).EnsureSuccessStatusCode();
        (await broadcast.PushAsync("0/1.m4s", one.Source.Segments("0")[0], over: joined.Http)).EnsureSuccessStatusCode();
        Assert.Contains("0.m4s", await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8"));

        await joined.KillAsync();
        (await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null)).EnsureSuccessStatusCode();
        (await broadcast.PushAsync("0/2.m4s", one.Source.Segments("0")[1])).EnsureSuccessStatusCode();
        Assert.Equal(2, (await broadcast.AuditTrackAsync("0")).Count);
        await broadcast.WaitLoggedAsync();
        await broadcast.EndAsync();
    }

    private static async Task ElsewhereAsync(Task<HttpResponseMessage> asked)
    {
        var answer = await asked;
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.Equal("broadcast-elsewhere", (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
    }
}
