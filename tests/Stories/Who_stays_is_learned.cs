using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>How stays went is in the log; what is learned of it is adopted by the operator, and the tracker goes by it.</summary>
public sealed class Who_stays_is_learned(OneServer one)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task From_stays_over_the_log_and_the_operators_word_to_whom_the_tracker_makes_head()
    {
        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        using var operating = server.As(server.OperatorToken);
        var broadcast = await acme.GoLiveAsync();
        using var source = await CmafSource.MakeAsync(40);
        await broadcast.PublishAsync(source, 0, 1);
        Viewer[] viewers = [await EntitledAsync(broadcast, "ann"), await EntitledAsync(broadcast, "ben"), await EntitledAsync(broadcast, "cid")];
        Peer[] three = [await JoinedAsync(viewers[0]), await JoinedAsync(viewers[1]), await JoinedAsync(viewers[2])];
        await three[0].LeaveAsync();
        await three[1].HearAsync("gone");

        // Its end writes what the minute would.
        await server.StopAsync();
        Array.ForEach(three, static p => p.Dispose());
        await server.StartAgainAsync();
        var looks = await LooksAsync(operating, broadcast);
        Assert.Equal(three.Select(PseudonymOf).Order(), looks.Select(static l => l["peer"]!.GetValue<string>()).Order());
        foreach (var look in looks)
        {
            // One left; the others were there when the process ended, and nobody knows how long they would have stayed.
            Assert.Equal(look["peer"]!.GetValue<string>() == PseudonymOf(three[0]), look["left"]!.GetValue<bool>());
            Assert.InRange(look["seconds"]!.GetValue<double>(), 0, 60);
            // No address, no text.
            Assert.Equal("at joinedAt left links peer phase receivedThen region role seconds sent sentThen sharing slope stalls viewers visits",
                string.Join(' ', look.AsObject().Select(static m => m.Key).Order(StringComparer.Ordinal)));
        }

        var trained = await CommandLine.AskAsync(0, "swarm", "train", "--adopt", "--server", server.BaseUrl.AbsoluteUri, "--token-file", Path.Combine(server.Data, "operator.token"));
        var model = trained.GetProperty("model");
        Assert.False(model.GetProperty("on").GetBoolean());
        Assert.StartsWith("too little history", model.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal((3, 1), (model.GetProperty("training").GetProperty("stays").GetInt32(), model.GetProperty("training").GetProperty("left").GetInt32()));
        Assert.Equal(1, trained.GetProperty("adopted").GetInt64());
        Assert.False((await operating.GetFromJsonAsync<JsonObject>("/v1/swarm/staying-model"))!["model"]!["on"]!.GetValue<bool>());

        // Who has been here before stays, says the next one. Ann and ben were: of four these two are steady.
        Assert.Equal(2, (await AdoptAsync(operating, ByVisits()))["version"]!.GetValue<long>());
        foreach (var viewer in viewers[..2])
        {
            using var before = await JoinedAsync(viewer);
            await before.LeaveAsync();
        }

        Peer[] again = [await JoinedAsync(viewers[2]), await JoinedAsync(await EntitledAsync(broadcast, "dora")), await JoinedAsync(viewers[0]), await JoinedAsync(viewers[1])];
        await UntilHeadsAreAsync(broadcast, source, again, isSteady: static n => n >= 2);

        // The log says what the tracker goes by, after a restart too.
        Array.ForEach(again, static p => p.Dispose());
        await server.StopAsync();
        await server.StartAgainAsync();
        Assert.Equal(2, (await operating.GetFromJsonAsync<JsonObject>("/v1/swarm/staying-model"))!["version"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_model_is_the_operators_and_within_its_bounds()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        using var operating = one.Server.As(one.Server.OperatorToken);
        Assert.Equal(HttpStatusCode.Forbidden, (await acme.Api.PutAsJsonAsync("/v1/swarm/staying-model", ByVisits())).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await acme.Api.GetAsync("/v1/swarm/staying-model")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await one.Server.Http.GetAsync("/v1/swarm/staying-model")).StatusCode);

        var worse = ByVisits();
        worse["heldOut"]!["gainLow"] = -0.01;
        var wild = ByVisits();
        wild["leaving"]!["terms"]![0]!["coefficient"] = 1e300;
        foreach (var (body, name) in new[] { (worse.ToJsonString(), "not-borne-out"), (wild.ToJsonString(), "number-invalid"), ("{", "malformed"), (new string(' ', 40_000), "too-long") })
        {
            var answer = await operating.PutAsync("/v1/swarm/staying-model", new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal("staying-model-invalid", problem["code"]!.GetValue<string>());
            Assert.Contains(name, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await operating.GetAsync("/v1/swarm/staying-model")).StatusCode);
    }

    [Fact]
    public async Task Made_up_history_trains_without_a_server_and_says_that_it_is_made_up()
    {
        var (exit, output, _) = await CommandLine.RunAsync("swarm", "train", "--simulated", "7");
        Assert.Equal(0, exit);
        var lines = output.Split('\n');
        Assert.StartsWith("ON   it beats \"older is stabler\"", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("(simulated)", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, static l => l.StartsWith("AUC, leaves within 60 s", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.StartsWith("broken transfers", StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("not-sharing", StringComparison.Ordinal) && l.Contains("|+++", StringComparison.Ordinal));

        (exit, output, _) = await CommandLine.RunAsync("swarm", "train", "--simulated", "7", "--age-only");
        Assert.Equal(0, exit);
        Assert.StartsWith("OFF  it does not beat \"older is stabler\"", output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("swarm", "train", "--simulated", "7", "--adopt")).Exit);
    }

    private static async Task<List<JsonNode>> LooksAsync(HttpClient api, RunningBroadcast broadcast)
    {
        for (var until = DateTime.UtcNow + TimeSpan.FromSeconds(30); ; await Task.Delay(200))
        {
            var items = (await api.GetFromJsonAsync<JsonObject>($"/v1/ledger/entries?type=swarm-sessions&broadcast={broadcast.Id}"))!["items"]!.AsArray();
            if (items.Count > 0)
            {
                return [.. items.SelectMany(static i => JsonNode.Parse(Convert.FromBase64String(i!["payload"]!.GetValue<string>()))!["looks"]!.AsArray()).Select(static l => l!)];
            }

            Assert.True(DateTime.UtcNow < until, "no swarm-sessions in the log");
        }
    }

    // Publishes until the audio track's segments, which have one head each, have had none but these ten times in a row. By lot that is one in a thousand.
    private static async Task UntilHeadsAreAsync(RunningBroadcast broadcast, CmafSource source, Peer[] peers, Func<int, bool> isSteady)
    {
        var (all, row) = ("", 0);
        for (var segment = 1; row < 10; segment++)
        {
            Assert.True(segment < source.Segments("2").Count, $"the heads were {all}");
            await broadcast.PublishAsync(source, segment, segment + 1, init: false);
            var heard = await Task.WhenAll(peers.Select(static p => p.HearAllAsync(s_quiet)));
            var head = Assert.Single(Enumerable.Range(0, peers.Length), n => heard[n].Any(static m => m["type"]!.GetValue<string>() == "stripe" && m["track"]!.GetValue<string>() == "2"));
            row = isSteady(head) ? row + 1 : 0;
            all += $" {head}";
        }
    }

    private static async Task<JsonObject> AdoptAsync(HttpClient api, JsonObject model)
    {
        var answer = await api.PutAsJsonAsync("/v1/swarm/staying-model", model);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static JsonObject ByVisits() => JsonNode.Parse("""
        {"format":1,"on":true,"reason":"by hand","simulated":false,"training":{"from":1,"cut":2,"until":3,"stays":2000,"looks":9000,"left":1900},
         "heldOut":{"looks":2000,"left":400,"auc":0.8,"olderAuc":0.7,"gainLow":0.05,"gainHigh":0.15,"heads":100,"broken":4,"olderBroken":8,"chanceBroken":12},
         "leaving":{"intercept":-2,"terms":[{"name":"visits","mean":0,"scale":1,"coefficient":-2,"error":0.1}]}}
        """)!.AsObject();

    private static string PseudonymOf(Peer peer) => Peer.ClaimsOf(peer.Admission)["sub"]!.GetValue<string>();

    private static async Task<Viewer> EntitledAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        await viewer.EntitleAsync();
        return viewer;
    }

    private static async Task<Peer> JoinedAsync(Viewer viewer)
    {
        var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync();
        Assert.Equal("joined", (await peer.JoinAsync(tracks: ["0", "2"]))["type"]!.GetValue<string>());
        return peer;
    }
}
