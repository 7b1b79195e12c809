using System.Diagnostics;
using System.Net.WebSockets;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Tests;

/// <summary>The peer protocol, over a real WebSocket with a peer in C#.</summary>
public sealed class SharingTests
{
    [Fact]
    public async Task A_peer_gets_record_init_segment_and_every_chunk_and_all_of_it_is_the_broadcasters()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/1.m4s");
        using var peer = await swarm.LinkAsync();
        // A track that nobody has asked for has no name here yet, so a first question may be answered with absence.
        var file = await peer.RecordAsync(1);
        Assert.Equal(swarm.Upstream.Files["v/1.record"], file);
        Assert.True(SignedRecord.TryParse(file, out var record));
        Assert.Equal(SampleSigner.Init.ToArray(), await peer.InitAsync(record.Record.InitHash));
        Assert.Equal(swarm.Upstream.Files["v/1.m4s"], await peer.SegmentAsync(1, record));
        // The one beside it is not here: it is fetched, once, for who asks.
        Assert.True(SignedRecord.TryParse(await peer.RecordAsync(2), out var second));
        Assert.Equal(swarm.Upstream.Files["v/2.m4s"], await peer.SegmentAsync(2, second));
        Assert.Equal(1, swarm.Upstream.Asked("v/2.m4s"));
    }

    [Fact]
    public async Task It_says_what_it_has_and_what_comes()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        await swarm.Relay.GetAsync("v/1.m4s");
        using var peer = await swarm.LinkAsync();
        await peer.ReceiveAsync(PeerMessageType.Have);
        Assert.Equal([peer.Segment(0), peer.Segment(1)], peer.Held.Select(static h => h.Segment));
        Assert.All(peer.Held, static h => Assert.Equal(Holding.All, h.Holding));
        await swarm.Relay.GetAsync("v/3.m4s");
        await peer.ReceiveAsync(PeerMessageType.Have);
        Assert.Equal(peer.Segment(3), peer.Held[^1].Segment);
        Assert.Equal(ChunkTree.CountFor(swarm.Upstream.Files["v/3.m4s"].Length), peer.Held[^1].Chunks);
    }

    [Fact]
    public async Task What_is_played_near_it_is_fetched_as_soon_as_it_exists()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var peer = await swarm.LinkAsync();
        // The peer plays the track: it has a segment of it from elsewhere. The relay has heard of neither.
        await peer.SendAsync(Have.ToMessage([new(peer.Segment(0), 5, Holding.All, ReadOnlyMemory<byte>.Empty)]));
        await Patience.UntilAsync(() =>
        {
            // Interest ends by itself; a peer that plays on has more to say.
            peer.SendAsync(Have.ToMessage([new(peer.Segment(0), 5, Holding.All, ReadOnlyMemory<byte>.Empty)])).Wait();
            return swarm.Upstream.Asked("v/4.m4s") == 1;
        }, "the edge is found");
        swarm.Upstream.Add("v/5", 70_000);
        while (peer.Held.All(h => h.Segment != peer.Segment(5)))
        {
            await peer.ReceiveAsync(PeerMessageType.Have);
        }

        Assert.Equal(1, swarm.Upstream.Asked("v/5.m4s"));
    }

    [Fact]
    public async Task What_upstream_alters_no_peer_gets()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        swarm.Upstream.Alter = static (path, _, bytes) => path == "v/1.m4s" ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes;
        using var peer = await swarm.LinkAsync();
        var request = await peer.WantAsync(1, 0, 1);
        Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out var no));
        Assert.Equal(new No(request, NoReason.Absent), no);
        Assert.DoesNotContain(peer.Held, h => h.Segment == peer.Segment(1));
    }

    [Theory]
    [InlineData(0, 9, 0, 1, "v")]
    [InlineData(7, 0, 0, 1, "v")]
    [InlineData(0, 0, 4000, 64, "v")]
    [InlineData(0, 0, 0, 1, "w")]
    public async Task What_does_not_exist_is_absent(uint sequence, uint epoch, int first, int count, string track)
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        using var peer = await swarm.LinkAsync();
        var request = await peer.WantAsync(sequence, first, count, epoch, track);
        Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out var no));
        Assert.Equal(new No(request, NoReason.Absent), no);
    }

    [Fact]
    public async Task A_viewer_of_some_tracks_gets_no_others()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        Media.TrackName.TryParse("w", out var other);
        using var peer = await swarm.LinkAsync(swarm.Platform.Admit(a => a with { Tracks = [other] }));
        await peer.WantAsync(0, 0, 1);
        Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out _));
        Assert.Empty(peer.Held);
    }

    [Theory]
    [InlineData("unreadable")]
    [InlineData("not asked for")]
    [InlineData("second handshake")]
    [InlineData("one name twice")]
    [InlineData("too long")]
    [InlineData("text")]
    public async Task An_offence_ends_the_link(string what)
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        using var peer = await swarm.LinkAsync();
        var room = new byte[PeerMessage.MaxLength];
        switch (what)
        {
            case "unreadable":
                await peer.SendAsync(new byte[] { 4, 0, 0 });
                break;
            case "not asked for":
                await peer.SendAsync(room.AsMemory(0, ChunkRun.Write(room, new(1), 0, new byte[100], new byte[64])));
                break;
            case "second handshake":
                await peer.SendAsync(peer.Handshake!.Hello());
                break;
            case "one name twice":
                // Neither is answered before upstream does.
                var gate = new TaskCompletionSource();
                swarm.Upstream.Gate = _ => gate.Task;
                foreach (var _ in (int[])[1, 2])
                {
                    await peer.SendAsync(room.AsMemory(0, new Want(new(7), peer.Segment(3), 0, 1).Write(room)));
                }

                Assert.Equal(ByeReason.Offence, await peer.UntilClosedAsync());
                gate.SetResult();
                return;
            case "too long":
                await peer.SendAsync(new byte[PeerMessage.MaxLength + 1]);
                break;
            default:
                await peer.SendTextAsync("hello");
                break;
        }

        Assert.Equal(ByeReason.Offence, await peer.UntilClosedAsync());
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Links == 0, "the link is gone");
    }

    [Fact]
    public async Task Messages_of_later_versions_are_passed_over_and_pings_come_back()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var peer = await swarm.LinkAsync();
        await peer.SendAsync(new byte[] { 77, 1, 2, 3 });
        await peer.SendAsync(new Ping(0x1234).ToMessage());
        Assert.True(Pong.TryRead(await peer.ReceiveAsync(PeerMessageType.Pong), out var pong));
        Assert.Equal(0x1234UL, pong.Token);
    }

    [Fact]
    public async Task Who_asks_for_too_much_at_once_is_told_that_it_is()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        var gate = new TaskCompletionSource();
        swarm.Upstream.Gate = path => path.EndsWith(".record", StringComparison.Ordinal) ? gate.Task : Task.CompletedTask;
        using var peer = await swarm.LinkAsync();
        for (uint n = 10; n < 30; n++)
        {
            await peer.WantAsync(n, 0, 1);
        }

        Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out var no));
        Assert.Equal(NoReason.Busy, no.Reason);
        gate.SetResult();
    }

    [Fact]
    public async Task What_is_cancelled_is_not_sent_and_the_next_is()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        var gate = new TaskCompletionSource();
        swarm.Upstream.Gate = path => path == "v/1.m4s" ? gate.Task : Task.CompletedTask;
        using var peer = await swarm.LinkAsync();
        var cancelled = await peer.WantAsync(1, 0, 1);
        await peer.SendAsync(new Cancel(cancelled).ToMessage());
        await peer.SendAsync(new Ping(1).ToMessage());
        await peer.ReceiveAsync(PeerMessageType.Pong);
        gate.SetResult();
        await Patience.UntilAsync(() => swarm.Upstream.Asked("v/1.m4s") == 1, "it was fetched all the same");
        var next = await peer.WantAsync(0, 0, 1);
        Assert.True(ChunkRun.TryRead(await peer.ReceiveAsync(PeerMessageType.Chunks), out var run));
        Assert.Equal(next, run.Request);
    }

    [Fact]
    public async Task It_sends_no_faster_than_its_grant_says()
    {
        // 60 to 200 KB at 400 kb/s.
        await using var swarm = await AdmittedRelay.StartAsync(platform: static p => p.UploadLimit = 400_000);
        await swarm.Relay.GetAsync("v/0.m4s");
        using var peer = await swarm.LinkAsync();
        Assert.True(SignedRecord.TryParse(await peer.RecordAsync(0), out var record));
        var watch = Stopwatch.StartNew();
        var bytes = await peer.SegmentAsync(0, record);
        Assert.True(watch.Elapsed.TotalSeconds >= bytes.Length * 8 / 400_000.0 - 0.5, $"{bytes.Length} bytes in {watch.Elapsed}");
    }

    [Fact]
    public async Task A_grant_that_lets_it_send_nothing_is_said_and_held_to()
    {
        await using var swarm = await AdmittedRelay.StartAsync(platform: static p => p.UploadLimit = 0);
        await swarm.Relay.GetAsync("v/0.m4s");
        using var peer = await swarm.LinkAsync();
        Assert.True(Sending.TryRead(await peer.ReceiveAsync(PeerMessageType.Sending), out var sending));
        Assert.False(sending.IsOn);
        await peer.WantAsync(0, 0, 1);
        Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out var no));
        Assert.Equal(NoReason.NotSending, no.Reason);
    }

    [Fact]
    public async Task Who_is_revoked_is_cut_off_and_the_others_are_told()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        var self = swarm.Platform.Admit();
        using var banned = await swarm.LinkAsync(self);
        using var other = await swarm.LinkAsync();
        using var messenger = await swarm.LinkAsync();
        var token = swarm.Platform.Revoke(self.Admission.Peer);
        await messenger.SendAsync(new Revoked(token).ToMessage());
        Assert.Equal(ByeReason.NotAdmitted, await banned.UntilClosedAsync());
        Assert.True(Revoked.TryRead(await other.ReceiveAsync(PeerMessageType.Revoked), out var passedOn));
        Assert.Equal(token, passedOn.Token);
        // What the platform did not sign revokes nobody.
        using var forger = Cryptography.Ed25519.Ed25519PrivateKey.Generate();
        await messenger.SendAsync(new Revoked(Peering.Revocations.RevocationToken.Sign(new(TestPlatform.Issuer, swarm.Upstream.Broadcast, [other.Handshake!.Other!.Peer], swarm.Platform.Now), forger)).ToMessage());
        await other.SendAsync(new Ping(1).ToMessage());
        await other.ReceiveAsync(PeerMessageType.Pong);
    }

    [Fact]
    public async Task When_it_stops_it_says_so()
    {
        var swarm = await AdmittedRelay.StartAsync();
        using var peer = await swarm.LinkAsync();
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Links == 1, "the link is up");
        var closing = swarm.DisposeAsync().AsTask();
        Assert.Equal(ByeReason.Leaving, await peer.UntilClosedAsync());
        await closing;
    }
}
