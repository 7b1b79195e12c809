using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Stories;

/// <summary>Who carries the stream hands in what it was given for it, and stands by that; what proves nothing counts for nothing.</summary>
public sealed class Receipts_make_standing(OneServer one)
{
    [Fact]
    public async Task A_sender_stands_by_what_its_receivers_signed_within_two_seconds()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var whole = await swarm.WholeAsync();

        var filed = await swarm.FileAsync(swarm.Receipt(1, whole));
        var watch = Stopwatch.StartNew();

        Assert.Equal((1, 60), (filed["filed"]!.GetValue<int>(), filed["again"]!.GetValue<int>()));
        Assert.Equal("new", filed["standing"]!["band"]!.GetValue<string>());
        var standing = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(whole.Sum(static w => (long)w.Bytes), standing["bytes"]!.GetValue<long>());
        Assert.Equal(1, standing["receivers"]!.GetValue<int>());
        Assert.True(standing["good"]!.GetValue<long>() > 0);
        var all = (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{swarm.Broadcast.Id}/standings"))!["items"]!.AsArray();
        Assert.Equal([swarm.SenderName, swarm.ReceiverName], all.Select(static i => i!["peer"]!.GetValue<string>()));
        using var other = await Broadcaster.AdmitAsync(one.Server, "other");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Api.GetAsync($"/v1/broadcasts/{swarm.Broadcast.Id}/standings")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await acme.Api.GetAsync($"/v1/broadcasts/{swarm.Broadcast.Id}/standings/nobody")).StatusCode);
    }

    [Fact]
    public async Task Who_carried_for_one_is_known_and_for_three_proven_and_its_next_admission_says_so()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.ComeAsync(acme, one, "ann", "ben", "cal", "dee", "eve");
        var whole = await swarm.WholeAsync();
        Assert.Equal("new", BandOf(swarm.Sender));

        await swarm.FileAsync(swarm.Receipt(1, whole));
        var known = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);
        Assert.Equal("known", known["band"]!.GetValue<string>());
        await AdmittedAsAsync(swarm.Sender, "known");

        // A second, however much it signs for, makes two who may be one.
        await swarm.FileAsync(swarm.Receipt(1, whole, receiver: 2));
        Assert.Equal("known", (await swarm.StandingAsync(static s => s["receivers"]!.GetValue<int>() == 2))["band"]!.GetValue<string>());
        await swarm.FileAsync(swarm.Receipt(1, whole, receiver: 3), swarm.Receipt(1, whole, receiver: 4));
        var proven = await swarm.StandingAsync(static s => s["receivers"]!.GetValue<int>() == 4);
        Assert.True(proven["band"]!.GetValue<string>() == "proven", proven.ToJsonString());
        await AdmittedAsAsync(swarm.Sender, "proven");

        // Those who only received are what they were.
        await AdmittedAsAsync(swarm.Receiver, "new");
    }

    [Fact]
    public async Task A_standing_outlives_the_erasure_of_the_person_whose_it_is_and_names_nobody()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.ComeAsync(acme, one, "ann@standing.example", "ben");
        await swarm.FileAsync(swarm.Receipt(1, await swarm.WholeAsync()));
        var before = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);

        var erasure = await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString("ann@standing.example")}/erasure", null);
        Assert.Equal(1, (await erasure.Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());

        using var operating = one.Server.As(one.Server.OperatorToken);
        var generation = await GenerationAsync(operating);
        (await operating.PostAsync("/v1/ledger/projections/standings/rebuild", null)).EnsureSuccessStatusCode();
        for (var until = DateTime.UtcNow.AddSeconds(30); await GenerationAsync(operating) == generation; await Task.Delay(50))
        {
            Assert.True(DateTime.UtcNow < until, "no rebuild in time");
        }

        // Counted again without the person's key: what it earned is its pseudonym's, which no name leads to.
        var after = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);
        Assert.Equal((before["peer"]!.GetValue<string>(), before["good"]!.GetValue<long>(), before["bytes"]!.GetValue<long>()), (after["peer"]!.GetValue<string>(), after["good"]!.GetValue<long>(), after["bytes"]!.GetValue<long>()));
        Assert.DoesNotContain("standing.example", await acme.Api.GetStringAsync($"/v1/broadcasts/{swarm.Broadcast.Id}/standings"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_handed_in_again_is_known_and_neither_logged_nor_counted_again()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var receipt = swarm.Receipt(1, await swarm.WholeAsync());
        await swarm.FileAsync(receipt);
        var before = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);

        Assert.Equal(0, (await swarm.FileAsync(receipt))["filed"]!.GetValue<int>());

        // One more in the log, of its own: what comes behind the replay has been counted, and the replay has not.
        await swarm.FileAsync(swarm.Receipt(2, [(new(new(9), 1, 1), 1, 1)]));
        var after = await swarm.StandingAsync(s => s["index"]!.GetValue<ulong>() > before["index"]!.GetValue<ulong>());
        Assert.Equal((1, before["bytes"]!.GetValue<long>()), (after["receipts"]!.GetValue<long>(), after["bytes"]!.GetValue<long>()));
    }

    [Fact]
    public async Task What_proves_nothing_is_refused_by_name()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var receipt = swarm.Receipt(1, await swarm.WholeAsync());
        var good = ReceiptBatch.Sign(swarm.Broadcast.Id, [receipt], swarm.Sender.Key).Bytes.ToArray();
        using var stranger = Cryptography.Ed25519.Ed25519PrivateKey.Generate();

        await RefusedAsync(swarm.PostAsync([]), HttpStatusCode.BadRequest, "receipts-invalid");
        await RefusedAsync(swarm.PostAsync(good[..^1]), HttpStatusCode.BadRequest, "receipts-invalid");
        await RefusedAsync(swarm.PostAsync(new byte[ReceiptBatch.MaxLength + 1]), HttpStatusCode.RequestEntityTooLarge, "body-too-large");
        var altered = good.ToArray();
        altered[90] ^= 1;
        await RefusedAsync(swarm.PostAsync(altered), HttpStatusCode.BadRequest, "receipts-invalid");
        var unsigned = good.ToArray();
        unsigned[82 + 5] ^= 1;
        await RefusedAsync(swarm.PostAsync(unsigned), HttpStatusCode.BadRequest, "receipts-invalid");

        // A key that nobody admitted: as the sender, and as a receiver.
        var strangers = SignedReceipt.Sign(receipt.Receipt with { Sender = PeerKey.Of(stranger.PublicKey) }, swarm.Receiver.Key);
        await RefusedAsync(swarm.PostAsync(ReceiptBatch.Sign(swarm.Broadcast.Id, [strangers], stranger).Bytes.ToArray()), HttpStatusCode.Forbidden, "peer-not-admitted");
        var toStranger = SignedReceipt.Sign(receipt.Receipt with { Receiver = PeerKey.Of(stranger.PublicKey) }, stranger);
        await RefusedAsync(swarm.PostAsync(ReceiptBatch.Sign(swarm.Broadcast.Id, [toStranger], swarm.Sender.Key).Bytes.ToArray()), HttpStatusCode.Forbidden, "peer-not-admitted");

        // A receipt that its receiver never signed.
        var forged = receipt.Bytes.ToArray();
        forged[^1] ^= 1;
        Assert.True(SignedReceipt.TryRead(forged, out var false1));
        await RefusedAsync(swarm.PostAsync(ReceiptBatch.Sign(swarm.Broadcast.Id, [false1], swarm.Sender.Key).Bytes.ToArray()), HttpStatusCode.BadRequest, "receipts-invalid");
        await swarm.FileAsync(receipt);
    }

    [Fact]
    public async Task More_batches_than_a_peer_needs_are_refused_with_the_time_to_wait()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var whole = await swarm.WholeAsync();
        var answers = new List<HttpStatusCode>();
        for (uint period = 1; period <= 10; period++)
        {
            using var answer = await swarm.PostAsync(ReceiptBatch.Sign(swarm.Broadcast.Id, [swarm.Receipt(period, whole)], swarm.Sender.Key).Bytes.ToArray());
            answers.Add(answer.StatusCode);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }

        // A slow machine gives one more meanwhile.
        Assert.InRange(answers.TakeWhile(static a => a == HttpStatusCode.OK).Count(), 6, 7);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task What_cannot_be_taken_costs_its_address_a_rate()
    {
        // A server of its own: the rate is an address's.
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 40; n++)
        {
            using var answer = await server.Http.PostAsync("/v1/receipts", new ByteArrayContent([1, 2, 3]));
            answers.Add(answer.StatusCode);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }

        Assert.All(answers.Take(30), static a => Assert.Equal(HttpStatusCode.BadRequest, a));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task A_banned_sender_hands_nothing_in_and_stands_at_nothing()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        await swarm.FileAsync(swarm.Receipt(1, await swarm.WholeAsync()));
        (await acme.Api.PutAsJsonAsync($"/v1/broadcasts/{swarm.Broadcast.Id}/bans/{swarm.SenderName}", new { reason = "x" })).EnsureSuccessStatusCode();

        await RefusedAsync(swarm.PostAsync(ReceiptBatch.Sign(swarm.Broadcast.Id, [swarm.Receipt(2, [(new(new(9), 1, 1), 1, 1)])], swarm.Sender.Key).Bytes.ToArray()), HttpStatusCode.Forbidden, "peer-banned");
        var standing = await swarm.StandingAsync(static s => s["banned"]!.GetValue<bool>());
        Assert.Equal((0, "banned"), (standing["score"]!.GetValue<int>(), standing["band"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_fork_is_logged_once_and_counts_against_both_who_signed_it()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var whole = await swarm.WholeAsync();
        await swarm.FileAsync(swarm.Receipt(1, whole));
        await swarm.FileAsync(swarm.Receipt(1, whole[..1]));
        await swarm.FileAsync(swarm.Receipt(1, whole[1..]));

        Assert.Equal(1, (await swarm.StandingAsync(static s => s["forks"]!.GetValue<int>() > 0))["forks"]!.GetValue<int>());
        Assert.Equal(1, (await swarm.StandingAsync(static s => s["forks"]!.GetValue<int>() > 0, swarm.ReceiverName))["forks"]!.GetValue<int>());
        using var operating = one.Server.As(one.Server.OperatorToken);
        JsonArray logged;
        for (var until = DateTime.UtcNow.AddSeconds(10); ; await Task.Delay(50))
        {
            // The index of entries is another projection, and may come to it later.
            logged = (await operating.GetFromJsonAsync<JsonObject>($"/v1/ledger/entries?broadcast={swarm.Broadcast.Id}&type=receipt-forked"))!["items"]!.AsArray();
            if (logged.Count > 0 || DateTime.UtcNow > until)
            {
                break;
            }
        }

        Assert.Single(logged);
    }

    [Fact]
    public async Task A_server_that_is_killed_counts_on_where_it_was_and_a_rebuild_comes_to_the_same_rows()
    {
        var connection = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(connection);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var swarm = await SwarmOf.TwoAsync(acme, one);
        var whole = await swarm.WholeAsync();
        await swarm.FileAsync(swarm.Receipt(1, whole[..2]));
        await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);

        await server.KillAsync();
        await server.StartAgainAsync();

        await swarm.FileAsync(swarm.Receipt(2, whole));
        var standing = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 2);
        // What was credited before it was killed is not credited again.
        Assert.Equal(whole.Sum(static w => (long)w.Bytes), standing["bytes"]!.GetValue<long>());

        using var operating = server.As(server.OperatorToken);
        var generation = await GenerationAsync(operating);
        (await operating.PostAsync("/v1/ledger/projections/standings/rebuild", null)).EnsureSuccessStatusCode();
        for (var until = DateTime.UtcNow.AddSeconds(30); await GenerationAsync(operating) == generation; await Task.Delay(50))
        {
            Assert.True(DateTime.UtcNow < until, "no rebuild in time");
        }

        Assert.Equal(standing.ToJsonString(), (await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 2)).ToJsonString());
    }

    private static async Task<long> GenerationAsync(HttpClient operating) =>
        (await operating.GetFromJsonAsync<JsonObject>("/v1/ledger/projections"))!["items"]!.AsArray().Single(static p => p!["name"]!.GetValue<string>() == "standings")!["generation"]!.GetValue<long>();

    // Bands are read together and held for ten seconds.
    private static async Task AdmittedAsAsync(Peer peer, string band)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(2000))
        {
            await peer.BeAdmittedAsync();
            if (BandOf(peer) == band)
            {
                return;
            }

            Assert.True(DateTime.UtcNow < until, $"admitted as {BandOf(peer)}, not {band}");
        }
    }

    private static string BandOf(Peer peer) => Peer.ClaimsOf(peer.Admission)["band"]?.GetValue<string>() ?? "new";

    private static async Task RefusedAsync(Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal(code, JsonNode.Parse(body)!["code"]!.GetValue<string>());
    }

    /// <summary>Viewers of a broadcast, the first of whom sends to the others.</summary>
    internal sealed record SwarmOf(RunningBroadcast Broadcast, IReadOnlyList<Peer> Peers)
    {
        private readonly LinkId _link = new(new Bytes32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));

        public Peer Sender => Peers[0];

        public Peer Receiver => Peers[1];

        public string SenderName => NameOf(Sender);

        public string ReceiverName => NameOf(Receiver);

        public static Task<SwarmOf> TwoAsync(Broadcaster acme, OneServer one) => ComeAsync(acme, one, "ann", "ben");

        public static async Task<SwarmOf> ComeAsync(Broadcaster acme, OneServer one, params string[] names)
        {
            var broadcast = await acme.GoLiveAsync();
            await broadcast.PublishAsync(one.Source, 0, 3);
            await broadcast.WaitLoggedAsync();
            var peers = new List<Peer>();
            foreach (var name in names)
            {
                var viewer = await Viewer.ComeAsync(broadcast, name);
                await viewer.EntitleAsync();
                var peer = await Peer.OfViewerAsync(viewer, "0");
                await peer.BeAdmittedAsync();
                peers.Add(peer);
            }

            var swarm = new SwarmOf(broadcast, peers);
            foreach (var peer in peers)
            {
                // Whoever is counted is known.
                await swarm.StandingAsync(static _ => true, NameOf(peer));
            }

            return swarm;
        }

        /// <summary>Every segment of track 0 that is there.</summary>
        public async Task<List<(SegmentName Segment, int Chunks, int Bytes)>> WholeAsync()
        {
            Assert.True(TrackName.TryParse("0", out var track));
            var found = new List<(SegmentName, int, int)>();
            for (uint n = 0; n < 3; n++)
            {
                Assert.True(SignedRecord.TryParse(await Sender.Server.Http.GetByteArrayAsync($"/live/{Broadcast.Id}/0/{n}.record"), out var record));
                found.Add((new(TrackTag.Of(Broadcast.Id, track), record.Record.Epoch, n), (record.Record.ByteLength + 16383) / 16384, record.Record.ByteLength));
            }

            return found;
        }

        public SignedReceipt Receipt(uint period, IReadOnlyList<(SegmentName Segment, int Chunks, int Bytes)> lines, int receiver = 1) => SignedReceipt.Sign(
            new()
            {
                Broadcast = Broadcast.Id,
                Sender = PeerKey.Of(Sender.Key.PublicKey),
                Receiver = PeerKey.Of(Peers[receiver].Key.PublicKey),
                Link = _link,
                Period = period,
                Number = 1,
                At = DateTimeOffset.UtcNow,
                TotalChunks = 1000 * period,
                TotalBytes = 1000 * period,
                Runs = [new(lines[0].Segment.Track, lines[0].Segment.Epoch, lines[0].Segment.Sequence, lines.Select(static l => (ushort)l.Chunks).ToArray())],
            },
            Peers[receiver].Key);

        public Task<HttpResponseMessage> PostAsync(byte[] batch)
        {
            var content = new ByteArrayContent(batch);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            return Sender.Server.Http.PostAsync("/v1/receipts", content);
        }

        public async Task<JsonObject> FileAsync(params SignedReceipt[] receipts)
        {
            var answer = await PostAsync(ReceiptBatch.Sign(Broadcast.Id, receipts, Sender.Key).Bytes.ToArray());
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        }

        public async Task<JsonObject> StandingAsync(Func<JsonObject, bool> isSo, string? of = null)
        {
            for (var until = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(50))
            {
                using var answer = await Broadcast.Owner.Api.GetAsync($"/v1/broadcasts/{Broadcast.Id}/standings/{of ?? SenderName}");
                var standing = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonObject>() : null;
                if (standing is not null && isSo(standing))
                {
                    return standing;
                }

                Assert.True(DateTime.UtcNow < until, standing?.ToJsonString() ?? "no standing");
            }
        }

        private static string NameOf(Peer peer) => Peer.ClaimsOf(peer.Admission)["sub"]!.GetValue<string>();
    }
}
