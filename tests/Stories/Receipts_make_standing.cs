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

        Assert.Equal((1, 60), (filed["filed"]!.GetValue<int>(), filed["again"]!.GetValue<int>()));
        Assert.Equal("new", filed["standing"]!["band"]!.GetValue<string>());
        var standing = await swarm.StandingAsync(static s => s["receipts"]!.GetValue<long>() == 1);
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
        var logged = (await operating.GetFromJsonAsync<JsonObject>($"/v1/ledger/entries?broadcast={swarm.Broadcast.Id}&type=receipt-forked"))!["items"]!.AsArray();
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

    private static async Task RefusedAsync(Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal(code, JsonNode.Parse(body)!["code"]!.GetValue<string>());
    }

    /// <summary>Two viewers of a broadcast, one of whom sends to the other.</summary>
    internal sealed record SwarmOf(RunningBroadcast Broadcast, Peer Sender, Peer Receiver)
    {
        private readonly LinkId _link = new(new Bytes32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));

        public string SenderName => Peer.ClaimsOf(Sender.Admission)["sub"]!.GetValue<string>();

        public string ReceiverName => Peer.ClaimsOf(Receiver.Admission)["sub"]!.GetValue<string>();

        public static async Task<SwarmOf> TwoAsync(Broadcaster acme, OneServer one)
        {
            var broadcast = await acme.GoLiveAsync();
            await broadcast.PublishAsync(one.Source, 0, 3);
            await broadcast.WaitLoggedAsync();
            var peers = new List<Peer>();
            foreach (var name in (string[])["ann", "ben"])
            {
                var viewer = await Viewer.ComeAsync(broadcast, name);
                await viewer.EntitleAsync();
                var peer = await Peer.OfViewerAsync(viewer, "0");
                await peer.BeAdmittedAsync();
                peers.Add(peer);
            }

            var swarm = new SwarmOf(broadcast, peers[0], peers[1]);
            // Whoever is counted is known.
            await swarm.StandingAsync(static _ => true);
            await swarm.StandingAsync(static _ => true, swarm.ReceiverName);
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

        public SignedReceipt Receipt(uint period, IReadOnlyList<(SegmentName Segment, int Chunks, int Bytes)> lines) => SignedReceipt.Sign(
            new()
            {
                Broadcast = Broadcast.Id,
                Sender = PeerKey.Of(Sender.Key.PublicKey),
                Receiver = PeerKey.Of(Receiver.Key.PublicKey),
                Link = _link,
                Period = period,
                Number = 1,
                At = DateTimeOffset.UtcNow,
                TotalChunks = 1000 * period,
                TotalBytes = 1000 * period,
                Runs = [new(lines[0].Segment.Track, lines[0].Segment.Epoch, lines[0].Segment.Sequence, lines.Select(static l => (ushort)l.Chunks).ToArray())],
            },
            Receiver.Key);

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
    }
}
