using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Stories;

/// <summary>Of a private broadcast no viewer learns another's address, whatever they ask for and were sold.</summary>
public sealed class A_broadcast_is_private(OneServer one)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(700);

    [Theory]
    [InlineData(null)]
    [InlineData("optional")]
    [InlineData("required")]
    [InlineData("forbidden")]
    public async Task Its_viewers_are_admitted_to_relays_alone_though_they_ask_otherwise_and_nobody_is_asked_to_share(string? sold)
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var hidden = await LiveAsync(acme, "relays");

        var (peer, ticket, answer) = await AdmittedAsync(hidden, "ann", sold, static b => b["private"] = false);

        Assert.Equal(("forbidden", "relays"), (Text(ticket, "peerSharing"), Text(ticket, "peers")));
        Assert.Equal(("forbidden", "relays"), (Text(answer, "sharing"), Text(answer, "peers")));
        var claims = Peer.ClaimsOf(peer.Admission);
        Assert.Equal((true, 0), (claims["private"]!.GetValue<bool>(), claims["upload"]!.GetValue<long>()));

        // Elsewhere the same ticket says what was sold.
        var (beside, theirs, other) = await AdmittedAsync(await LiveAsync(acme, null), "ann", sold);
        Assert.Equal((sold ?? "optional", "viewers"), (Text(theirs, "peerSharing"), Text(theirs, "peers")));
        Assert.Equal((sold ?? "optional", "viewers"), (Text(other, "sharing"), Text(other, "peers")));
        Assert.Equal(sold == "forbidden", Peer.ClaimsOf(beside.Admission)["private"] is not null);
        peer.Dispose();
        beside.Dispose();
    }

    [Fact]
    public async Task Its_viewers_are_introduced_to_relays_and_reach_no_one_else()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme, "relays");
        var granted = await Peers_are_admitted.GrantAsync(acme.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        using var relay = Peer.OfRelay(one.Server, broadcast.Id, granted["token"]!.GetValue<string>());
        await relay.BeAdmittedAsync();
        await relay.JoinAsync();
        var viewers = new List<Peer>();
        foreach (var name in (string[])["ann", "ben", "cid", "dora"])
        {
            viewers.Add((await AdmittedAsync(broadcast, name, "required")).Peer);
            Assert.Equal("joined", Text(await viewers[^1].JoinAsync(tracks: "0"), "type"));
        }

        foreach (var viewer in viewers)
        {
            await viewer.SayAsync(new JsonObject { ["type"] = "more" });
            var introduced = (await viewer.HearAllAsync(s_quiet)).Where(static m => Text(m, "type") == "introduce").ToList();
            Assert.NotEmpty(introduced);
            Assert.All(introduced, m => Assert.Equal(("relay", relay.Id), (Text(m, "role"), Text(m, "peer"))));
        }

        // Nor by a name that was found out.
        await viewers[0].SayAsync(new JsonObject { ["type"] = "signal", ["peer"] = viewers[1].Id, ["kind"] = "offer", ["text"] = "v=0" });
        Assert.DoesNotContain(await viewers[1].HearAllAsync(s_quiet), static m => Text(m, "type") == "signal");
        viewers.ForEach(static v => v.Dispose());
    }

    [Fact]
    public async Task It_is_made_private_or_not_until_it_is_started_and_each_change_is_one_event()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        using var other = await Broadcaster.AdmitAsync(one.Server, "other");
        await RefusedAsync(acme.Api.PostAsJsonAsync("/v1/broadcasts", new { title = "Test", peers = "none" }), HttpStatusCode.BadRequest, "peers-unknown");
        var broadcast = await acme.CreateAsync();
        var path = $"/v1/broadcasts/{broadcast.Id}";
        Assert.Equal("viewers", Text((await acme.Api.GetFromJsonAsync<JsonObject>(path))!, "peers"));

        foreach (var peers in (string[])["viewers", "relays", "relays", "viewers", "relays"])
        {
            Assert.Equal(peers, Text(await ChooseAsync(acme, broadcast, peers), "peers"));
            Assert.Equal(peers, Text((await acme.Api.GetFromJsonAsync<JsonObject>(path))!, "peers"));
        }

        await RefusedAsync(acme.Api.PutAsJsonAsync($"{path}/peers", new { peers = "none" }), HttpStatusCode.BadRequest, "peers-unknown");
        await RefusedAsync(acme.Api.PutAsJsonAsync($"{path}/peers", new JsonObject()), HttpStatusCode.BadRequest, "peers-unknown");
        await RefusedAsync(other.Api.PutAsJsonAsync($"{path}/peers", new { peers = "viewers" }), HttpStatusCode.NotFound, "broadcast-unknown");

        await acme.CertifyAsync(broadcast);
        (await acme.Api.PostAsync($"{path}/start", null)).EnsureSuccessStatusCode();
        await RefusedAsync(acme.Api.PutAsJsonAsync($"{path}/peers", new { peers = "viewers" }), HttpStatusCode.Conflict, "peers-fixed");
        // To say again what holds changes nothing.
        Assert.Equal("relays", Text(await ChooseAsync(acme, broadcast, "relays"), "peers"));
        await broadcast.EndAsync();
        await RefusedAsync(acme.Api.PutAsJsonAsync($"{path}/peers", new { peers = "viewers" }), HttpStatusCode.Conflict, "peers-fixed");

        Assert.True(VerifierKey.TryParse((await one.Server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        string[] types = [];
        for (var until = DateTime.UtcNow.AddSeconds(30); DateTime.UtcNow < until && !types.Contains("broadcast-ended"); await Task.Delay(100))
        {
            types = [.. (await LogAudit.CheckAsync(one.Server.Http, key)).Entries.Where(e => e.Stream == $"broadcast/{broadcast.Id}").Select(static e => e.Type)];
        }

        Assert.Equal(["broadcast-created", "peers-chosen", "peers-chosen", "peers-chosen", "signer-certified", "broadcast-started", "broadcast-ended"], types);
    }

    [Fact]
    public async Task It_is_private_at_every_server_and_stays_so_when_they_start_again()
    {
        await using var first = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(first, "acme");
        var broadcast = await acme.CreateAsync();
        await using var second = await first.JoinAsync();
        using var there = second.As(acme.Token);
        // What the second server remembers of it is of before the choice.
        Assert.Equal("viewers", Text((await there.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}"))!, "peers"));
        await ChooseAsync(acme, broadcast, "relays");
        await acme.CertifyAsync(broadcast);
        (await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null)).EnsureSuccessStatusCode();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await PrivateAsync("ann", second);

        await first.KillAsync();
        await first.StartAgainAsync();

        await PrivateAsync("ben", first);
        await RefusedAsync(acme.Api.PutAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/peers", new { peers = "viewers" }), HttpStatusCode.Conflict, "peers-fixed");

        async Task PrivateAsync(string name, ServerProcess server)
        {
            var (peer, _, answer) = await AdmittedAsync(broadcast, name, "required", at: server);
            Assert.Equal(("forbidden", "relays", true), (Text(answer, "sharing"), Text(answer, "peers"), Peer.ClaimsOf(peer.Admission)["private"]?.GetValue<bool>()));
            peer.Dispose();
        }
    }

    private static string Text(JsonObject json, string member) => json[member]!.GetValue<string>();

    private async Task<RunningBroadcast> LiveAsync(Broadcaster broadcaster, string? peers)
    {
        var broadcast = await broadcaster.GoLiveAsync(peers: peers);
        await broadcast.PublishAsync(one.Source, 0, 1);
        return broadcast;
    }

    private static async Task<JsonObject> ChooseAsync(Broadcaster broadcaster, RunningBroadcast broadcast, string peers)
    {
        var answer = await broadcaster.Api.PutAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/peers", new { peers });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    /// <summary>A viewer who was sold a ticket with this rule, or none; what the ticket says, and the answer to its admission.</summary>
    private static async Task<(Peer Peer, JsonObject Ticket, JsonObject Answer)> AdmittedAsync(
        RunningBroadcast broadcast, string name, string? sold, Action<JsonObject>? change = null, ServerProcess? at = null)
    {
        var (api, path) = (broadcast.Owner.Api, $"/v1/broadcasts/{broadcast.Id}");
        string? offer = null;
        if (sold is not null)
        {
            var made = await api.PostAsJsonAsync($"{path}/offers", new { name = "Night", peerSharing = sold });
            made.EnsureSuccessStatusCode();
            offer = Text((await made.Content.ReadFromJsonAsync<JsonObject>())!, "id");
        }

        (await api.PostAsJsonAsync($"{path}/entitlements", new { viewer = name, offer })).EnsureSuccessStatusCode();
        var viewer = await Viewer.ComeAsync(broadcast, name);
        using var asking = (at ?? broadcast.Owner.Server).As(viewer.Token);
        var ticket = (await asking.GetFromJsonAsync<JsonObject>("/v1/ticket"))!;
        var peer = await Peer.OfViewerAsync(viewer, "0", at);
        return (peer, ticket, await peer.BeAdmittedAsync(change));
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal(code, JsonNode.Parse(body)!["code"]!.GetValue<string>());
    }
}
