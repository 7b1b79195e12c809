using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A takedown withholds all of a broadcast, from every process and through restarts, until it is restored; the log keeps it.</summary>
public sealed class A_broadcast_is_taken_down(OneServer one)
{
    [Fact]
    public async Task Nothing_of_it_is_served_licensed_or_taken_in_until_it_is_restored()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        var key = await broadcast.KeyIdAsync("0");
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(key)).StatusCode);

        await broadcast.TakeDownAsync("sold without the rights");
        await broadcast.TakeDownAsync("again, which changes nothing");
        foreach (var path in (string[])["master.m3u8", "manifest.mpd", "0/media.m3u8", "0/init.mp4", "0/0.m4s", "0/0.record", "signer"])
        {
            await GoneAsync(one.Server.Http.GetAsync($"/live/{broadcast.Id}/{path}"));
        }

        await GoneAsync(broadcast.PushAsync("0/3.m4s", one.Source.Segments("0")[2]));
        await GoneAsync(acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null));
        // The playback that is open, and a new one.
        await RefusedAsync(viewer, key);
        await RefusedAsync(await Viewer.ComeAsync(broadcast, "ann"), key);
        Assert.NotNull((await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}"))!["takenDownAt"]);

        await broadcast.RestoreAsync();
        await broadcast.PublishAsync(one.Source, 2, 4, init: false);
        Assert.Equal(4, (await broadcast.AuditTrackAsync("0")).Count);
        await AnsweredAsync(HttpStatusCode.OK, await Viewer.ComeAsync(broadcast, "ann"), key);
    }

    [Fact]
    public async Task An_operator_may_and_others_may_not()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        using var other = await Broadcaster.AdmitAsync(one.Server, "other");
        using var auditor = one.Server.As(await Broadcaster.TokenAsync(one.Server, "auditor", "auditor"));
        using var operating = one.Server.As(one.Server.OperatorToken);
        var broadcast = await acme.CreateAsync();
        Assert.Equal(HttpStatusCode.NotFound, await TakeDownAsync(other.Api, "mine"));
        Assert.Equal(HttpStatusCode.Forbidden, await TakeDownAsync(auditor, "not my task"));
        Assert.Equal(HttpStatusCode.BadRequest, await TakeDownAsync(operating, " "));
        Assert.Equal(HttpStatusCode.BadRequest, await TakeDownAsync(operating, new('x', 501)));
        Assert.Equal(HttpStatusCode.OK, await TakeDownAsync(operating, "by order"));
        Assert.Equal(HttpStatusCode.OK, (await operating.PostAsync($"/v1/broadcasts/{broadcast.Id}/restore", null)).StatusCode);

        async Task<HttpStatusCode> TakeDownAsync(HttpClient by, string reason) =>
            (await by.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/takedown", new { reason })).StatusCode;
    }

    [Fact]
    public async Task It_stays_down_after_a_restart_and_goes_on_where_it_was_when_restored()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        var data = Directory.CreateTempSubdirectory("liveledger-takedown-").FullName;
        RunningBroadcast broadcast;
        await using (var server = await ServerProcess.StartAsync(database, data))
        {
            using var acme = await Broadcaster.AdmitAsync(server, "acme");
            broadcast = await acme.GoLiveAsync();
            await broadcast.PublishAsync(one.Source, 0, 1);
            await broadcast.TakeDownAsync();
            await server.KillAsync();
        }

        await using var again = await ServerProcess.StartAsync(database, data);
        await GoneAsync(again.Http.GetAsync($"/live/{broadcast.Id}/0/0.m4s"));
        await GoneAsync(again.Http.GetAsync($"/live/{broadcast.Id}/master.m3u8"));
        using var operating = again.As(again.OperatorToken);
        (await operating.PostAsync($"/v1/broadcasts/{broadcast.Id}/restore", null)).EnsureSuccessStatusCode();
        using var push = new HttpRequestMessage(HttpMethod.Post, $"/ingest/{broadcast.Id}/0/2.m4s") { Content = new ByteArrayContent(one.Source.Segments("0")[1]) };
        push.Headers.Authorization = new("Bearer", broadcast.IngestKey);
        (await again.Http.SendAsync(push)).EnsureSuccessStatusCode();
        (await again.Http.GetAsync($"/live/{broadcast.Id}/0/1.m4s")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Another_process_withholds_it_within_two_seconds()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await using var other = await one.Server.JoinAsync();
        (await other.Http.GetAsync($"/live/{broadcast.Id}/0/0.m4s")).EnsureSuccessStatusCode();
        var (viewer, key) = (await Viewer.ComeAsync(broadcast, "ann"), await broadcast.KeyIdAsync("0"));
        await viewer.EntitleAsync();
        using (var asking = other.As(viewer.Token))
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(asking, key)).StatusCode);
        }

        await broadcast.TakeDownAsync();
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        while ((await other.Http.GetAsync($"/live/{broadcast.Id}/0/0.m4s")).StatusCode != HttpStatusCode.Gone)
        {
            Assert.True(DateTime.UtcNow < until, "the other process serves it still");
            await Task.Delay(50);
        }

        await GoneAsync(other.Http.GetAsync($"/live/{broadcast.Id}/master.m3u8"));
        await RefusedAsync(viewer, key, other);
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient asking, string key) => asking.PostAsJsonAsync("/v1/licences", new { kids = new[] { key }, type = "temporary" });

    private async Task RefusedAsync(Viewer viewer, string key, ServerProcess? at = null)
    {
        var refusal = await AnsweredAsync(HttpStatusCode.Forbidden, viewer, key, at);
        Assert.Equal("broadcast-taken-down", (await refusal.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
    }

    private async Task<HttpResponseMessage> AnsweredAsync(HttpStatusCode expected, Viewer viewer, string key, ServerProcess? at = null)
    {
        using var asking = (at ?? one.Server).As(viewer.Token);
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        while (true)
        {
            var answer = await AskAsync(asking, key);
            if (answer.StatusCode == expected)
            {
                return answer;
            }

            Assert.True(DateTime.UtcNow < until, $"licences are still answered {answer.StatusCode}");
            await Task.Delay(50);
        }
    }

    private static async Task GoneAsync(Task<HttpResponseMessage> asked)
    {
        var answer = await asked;
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Equal("broadcast-taken-down", (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
    }
}
