using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;

namespace LiveLedger.Stories;

/// <summary>Who signed what is not so is out of the swarm by that signature, and by nothing that is only said of it.</summary>
public sealed class Fraud_is_proved(OneServer one)
{
    [Fact]
    public async Task A_peer_that_signed_for_other_bytes_is_out_within_two_seconds_whichever_keys_it_has()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        using var liar = await JoinedAsync(broadcast, "ann");
        using var other = await JoinedAsync(broadcast, "ben");
        var peer = Peer.ClaimsOf(liar.Admission)["sub"]!.GetValue<string>();
        var proof = await broadcast.ProveAsync(liar);

        var watch = Stopwatch.StartNew();
        using var answer = await one.Server.PostAsync(proof);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await other.HearAsync("revoked");
        Assert.Equal("revoked", (await liar.HearAsync("refused"))["code"]!.GetValue<string>());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        var convicted = await Json(answer);
        Assert.Equal(("peer", peer), (convicted["convicts"]!.GetValue<string>(), convicted["peer"]!.GetValue<string>()));

        // It is the entitlement that is out, not a key.
        using var again = Peer.Beside(liar);
        using var refused = await again.AskAsync();
        Assert.Equal((HttpStatusCode.Forbidden, "peer-banned"), (refused.StatusCode, await CodeOf(refused)));

        // Brought again, it is known; anybody can read it and check it by themselves.
        using var twice = await one.Server.PostAsync(proof);
        Assert.Equal(HttpStatusCode.OK, twice.StatusCode);
        var shown = Assert.Single(await ProofsAsync(broadcast));
        Assert.Equal(proof.ToBytes(), Base64Url.DecodeFromChars(shown["proof"]!.GetValue<string>()));
        Assert.Single((await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/convictions"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task An_operator_pardons_with_a_reason_and_what_was_proved_before_convicts_nobody_again()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        using var liar = await JoinedAsync(broadcast, "ann");
        var peer = Peer.ClaimsOf(liar.Admission)["sub"]!.GetValue<string>();
        var proof = await broadcast.ProveAsync(liar);
        using (await one.Server.PostAsync(proof))
        {
        }

        var pardon = $"/v1/broadcasts/{broadcast.Id}/convictions/{peer}/pardon";
        using var own = await acme.Api.PostAsJsonAsync(pardon, new { reason = "we know them" });
        Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), (own.StatusCode, await CodeOf(own)));
        using var operators = one.Server.As(one.Server.OperatorToken);
        using var silent = await operators.PostAsJsonAsync(pardon, new { reason = "" });
        Assert.Equal((HttpStatusCode.BadRequest, "pardon-invalid"), (silent.StatusCode, await CodeOf(silent)));
        (await operators.PostAsJsonAsync(pardon, new { reason = "their disk was replaced" })).EnsureSuccessStatusCode();
        using var none = await operators.PostAsJsonAsync(pardon, new { reason = "again" });
        Assert.Equal((HttpStatusCode.NotFound, "conviction-unknown"), (none.StatusCode, await CodeOf(none)));

        // Its key is no more; the right is, and its admissions say since when.
        using var samekey = Peer.Beside(liar, sameKey: true);
        using (var refusedKey = await samekey.AskAsync())
        {
            Assert.Equal((HttpStatusCode.Forbidden, "key-convicted"), (refusedKey.StatusCode, await CodeOf(refusedKey)));
        }

        using var back = Peer.Beside(liar);
        await back.BeAdmittedAsync();
        var claims = Peer.ClaimsOf(back.Admission);
        Assert.InRange(claims["pardoned"]!.GetValue<long>(), Peer.ClaimsOf(liar.Admission)["iat"]!.GetValue<long>(), claims["iat"]!.GetValue<long>());
        using var old = await one.Server.PostAsync(proof);
        Assert.Equal(HttpStatusCode.OK, old.StatusCode);
        using var still = await back.AskAsync();
        Assert.Equal(HttpStatusCode.Created, still.StatusCode);
        var view = (await operators.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/convictions"))!["items"]![0]!;
        Assert.Equal("their disk was replaced", view["pardonReason"]!.GetValue<string>());

        // With its new key it can be convicted anew.
        using var anew = await one.Server.PostAsync(await broadcast.ProveAsync(back));
        Assert.Equal(HttpStatusCode.Created, anew.StatusCode);
        using var out2 = await back.AskAsync();
        Assert.Equal("peer-banned", await CodeOf(out2));
    }

    [Fact]
    public async Task What_proves_nothing_changes_nothing_and_costs_its_bringer_a_rate()
    {
        // A server of its own: the rate is an address's.
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        using var honest = await Peer.OfViewerAsync(viewer, "0");
        await honest.BeAdmittedAsync();
        using var accuser = Ed25519PrivateKey.Generate();
        var framed = await broadcast.ProveAsync(honest, accuser);

        foreach (var (bytes, code) in new[]
        {
            (framed.ToBytes(), "fraud-proof-unfounded"),
            ((await broadcast.ProveAsync(honest, isTrue: true)).ToBytes(), "fraud-proof-unfounded"),
            ((framed with { Admission = "a.b.c" }).ToBytes(), "fraud-proof-unfounded"),
            ([0xa0], "fraud-proof-malformed"),
            (new byte[FraudProof.MaxLength + 1], "body-too-large"),
        })
        {
            using var answer = await server.PostProofAsync(bytes);
            Assert.Equal(code, await CodeOf(answer));
        }

        var answers = new List<string>();
        for (var n = 0; n < 22; n++)
        {
            using var answer = await server.PostAsync(framed);
            answers.Add(await CodeOf(answer));
            Assert.Equal(answers[^1] == "too-many-proofs", answer.Headers.RetryAfter is not null);
        }

        Assert.Contains("too-many-proofs", answers);
        // Nobody is the worse for it: neither the one who was accused nor, as a peer, whoever shares that address.
        using var asked = await honest.AskAsync();
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        Assert.Empty((await server.Http.GetFromJsonAsync<JsonObject>($"/v1/fraud-proofs?broadcast={broadcast.Id}"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_relay_that_lied_in_one_broadcast_is_out_of_all()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (first, second) = (await LiveAsync(acme), await LiveAsync(acme));
        using var operators = one.Server.As(one.Server.OperatorToken);
        var granted = await Peers_are_admitted.GrantAsync(operators, "/v1/relays");
        var token = granted["token"]!.GetValue<string>();
        using var here = Peer.OfRelay(one.Server, first.Id, token);
        using var there = Peer.OfRelay(one.Server, second.Id, token);
        await here.BeAdmittedAsync();
        await there.BeAdmittedAsync();
        await there.JoinAsync();

        var watch = Stopwatch.StartNew();
        using var answer = await one.Server.PostAsync(await first.ProveAsync(here));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("revoked", (await there.HearAsync("refused"))["code"]!.GetValue<string>());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        using var refused = await there.AskAsync();
        Assert.Equal("grant-ended", await CodeOf(refused));
        var relays = (await operators.GetFromJsonAsync<JsonObject>("/v1/relays"))!["items"]!.AsArray();
        Assert.NotNull(relays.Single(r => r!["id"]!.GetValue<string>() == granted["relay"]!["id"]!.GetValue<string>())!["convictedAt"]);

        var peer = Peer.ClaimsOf(here.Admission)["sub"]!.GetValue<string>();
        (await operators.PostAsJsonAsync($"/v1/broadcasts/{first.Id}/convictions/{peer}/pardon", new { reason = "its memory was replaced" })).EnsureSuccessStatusCode();
        await there.BeAdmittedAsync();
        using var sameKey = await here.AskAsync();
        Assert.Equal("key-convicted", await CodeOf(sameKey));
    }

    [Fact]
    public async Task A_publisher_that_signed_a_slot_twice_is_shown_to_everybody_and_streams_on()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        var http = one.Server.Http;
        var certificate = await http.GetByteArrayAsync($"/live/{broadcast.Id}/signer");
        Assert.True(SignedRecord.TryParse(await http.GetByteArrayAsync($"/live/{broadcast.Id}/0/0.record"), out var record));
        Assert.True(SignerCertificate.TryParse(certificate, out var certified));
        var tree = ChunkTree.Of(await http.GetByteArrayAsync($"/live/{broadcast.Id}/0/0.m4s"));

        // The second by a session key that nobody has certified for this broadcast proves nothing of its publisher.
        using var session = Ed25519PrivateKey.Generate();
        using var stranger = Ed25519PrivateKey.Generate();
        var second = SignedRecord.Sign(record.Record with { Duration = record.Record.Duration + 1 }, tree, session);
        var strangers = (certified.Certificate with { SessionKey = session.PublicKey, Identity = stranger.PublicKey }).Sign(stranger);
        using var refused = await one.Server.PostAsync(EquivocationProof.Of(record.Cose, certificate, second.Cose, strangers));
        Assert.Equal("fraud-proof-unfounded", await CodeOf(refused));
        var third = SignedRecord.Sign(record.Record with { Duration = record.Record.Duration + 2 }, tree, session);
        using var theirs = await one.Server.PostAsync(EquivocationProof.Of(third.Cose, strangers, second.Cose, strangers));
        Assert.Equal("fraud-proof-unfounded", await CodeOf(theirs));
        Assert.Empty(await ProofsAsync(broadcast));

        var own = (certified.Certificate with { SessionKey = session.PublicKey }).Sign(acme.Identity);
        var proof = EquivocationProof.Of(record.Cose, certificate, second.Cose, own);
        using var answer = await one.Server.PostAsync(proof);
        Assert.Equal((HttpStatusCode.Created, "publisher"), (answer.StatusCode, (await Json(answer))["convicts"]!.GetValue<string>()));
        using var twice = await one.Server.PostAsync(proof);
        Assert.Equal(HttpStatusCode.OK, twice.StatusCode);
        var shown = Assert.Single(await ProofsAsync(broadcast));
        Assert.Equal(("publisher", "0", 0L, 0L), (shown["convicts"]!.GetValue<string>(), shown["track"]!.GetValue<string>(), shown["epoch"]!.GetValue<long>(), shown["sequence"]!.GetValue<long>()));
        Assert.Equal(proof.ToBytes(), Base64Url.DecodeFromChars(shown["proof"]!.GetValue<string>()));

        // What becomes of it, the operator decides.
        (await http.GetAsync($"/live/{broadcast.Id}/0/0.m4s")).EnsureSuccessStatusCode();
        await broadcast.PublishAsync(one.Source, 1, 2, init: false);
    }

    private async Task<IReadOnlyList<JsonNode>> ProofsAsync(RunningBroadcast broadcast) =>
        [.. (await one.Server.Http.GetFromJsonAsync<JsonObject>($"/v1/fraud-proofs?broadcast={broadcast.Id}"))!["items"]!.AsArray().Select(static item => item!)];

    private async Task<RunningBroadcast> LiveAsync(Broadcaster broadcaster)
    {
        var broadcast = await broadcaster.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        return broadcast;
    }

    private static async Task<Peer> JoinedAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        await viewer.EntitleAsync();
        var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync();
        await peer.JoinAsync(tracks: "0");
        return peer;
    }

    private static async Task<JsonObject> Json(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

    private static async Task<string> CodeOf(HttpResponseMessage answer) => (await Json(answer))["code"]?.GetValue<string>() ?? $"{(int)answer.StatusCode}";
}
