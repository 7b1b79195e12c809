using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using LiveLedger.Peering.Statements;

namespace LiveLedger.Relay.Tests;

/// <summary>A peer on a real WebSocket to a relay.</summary>
internal sealed class TestPeer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly BroadcastId _broadcast;
    private uint _requests;

    private TestPeer(BroadcastId broadcast) => _broadcast = broadcast;

    /// <summary>The handshake as this side saw it.</summary>
    public LinkHandshake? Handshake { get; private set; }

    /// <summary>What the relay said that it has, newest last.</summary>
    public List<HeldSegment> Held { get; } = [];

    /// <summary>The last message of the relay, if it was a farewell.</summary>
    public ByeReason? Farewell { get; private set; }

    /// <summary>Connects, and goes through the handshake to its end, good or bad.</summary>
    /// <param name="relay">Where.</param>
    /// <param name="broadcast">The broadcast.</param>
    /// <param name="verifier">By which it judges the relay.</param>
    /// <param name="self">Who it says it is.</param>
    /// <param name="now">The platform's time.</param>
    /// <param name="origin">What it believes to be connected to.</param>
    /// <param name="trusted">The certificate that it takes of a relay on https.</param>
    public static async Task<TestPeer> LinkAsync(
        Uri relay, BroadcastId broadcast, AdmissionVerifier verifier, LinkSelf self, DateTimeOffset now, string origin = TestPlatform.Origin, X509Certificate2? trusted = null)
    {
        var peer = await ConnectAsync(relay, broadcast, trusted: trusted);
        var shake = peer.Handshake = new(verifier, self, LinkSide.Offerer, ChannelBinding.Relay(origin), static _ => false);
        await peer.SendAsync(shake.Hello());
        while (!shake.IsUp && shake.Refusal == LinkRefusal.None && await peer.ReceiveAsync() is { } message)
        {
            if (message[0] == (byte)PeerMessageType.Bye)
            {
                break;
            }

            if (shake.Take(message, now) is { } answer)
            {
                await peer.SendAsync(answer);
            }
        }

        return peer;
    }

    /// <summary>Connects and says nothing.</summary>
    /// <param name="relay">Where.</param>
    /// <param name="broadcast">The broadcast.</param>
    /// <param name="from">The address that it comes from; null for any.</param>
    /// <param name="trusted">The certificate that it takes of a relay on https.</param>
    public static async Task<TestPeer> ConnectAsync(Uri relay, BroadcastId broadcast, IPAddress? from = null, X509Certificate2? trusted = null)
    {
        var peer = new TestPeer(broadcast);
        using var patience = new CancellationTokenSource(s_patience);
        using var http = new HttpMessageInvoker(RunningRelay.HandlerFor(trusted, from));
        await peer._socket.ConnectAsync(new UriBuilder(relay) { Scheme = relay.Scheme == "https" ? "wss" : "ws", Path = $"/v1/peer/{broadcast}" }.Uri, http, patience.Token);
        return peer;
    }

    public Task SendAsync(ReadOnlyMemory<byte> message) => _socket.SendAsync(message, WebSocketMessageType.Binary, true, default).AsTask();

    public Task SendTextAsync(string text) => _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    /// <summary>The next message; null when the relay has closed.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var room = new byte[PeerMessage.MaxLength];
        var length = 0;
        while (true)
        {
            try
            {
                var read = await _socket.ReceiveAsync(room.AsMemory(length), patience.Token);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += read.Count;
                if (read.EndOfMessage)
                {
                    break;
                }
            }
            catch (WebSocketException)
            {
                return null;
            }
        }

        var message = room[..length];
        if (Have.TryRead(message, out var held))
        {
            Held.AddRange(held);
        }

        if (Bye.TryRead(message, out var bye))
        {
            Farewell = bye.Reason;
        }

        return message;
    }

    /// <summary>The next message of a type; what comes before it is passed over.</summary>
    public async Task<byte[]> ReceiveAsync(PeerMessageType type)
    {
        while (await ReceiveAsync() is { } message)
        {
            if (message[0] == (byte)type)
            {
                return message;
            }

            if (No.TryRead(message, out var no))
            {
                throw new InvalidOperationException($"the relay says no ({no.Reason}), before {type}");
            }
        }

        throw new InvalidOperationException($"the relay closed, before {type}; its farewell: {Farewell}");
    }

    /// <summary>Reads on until the relay closes.</summary>
    public async Task<ByeReason?> UntilClosedAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        return Farewell;
    }

    public SegmentName Segment(uint sequence, uint epoch = 0, string track = "v")
    {
        TrackName.TryParse(track, out var name);
        return new(TrackTag.Of(_broadcast, name), epoch, sequence);
    }

    public async Task<RequestId> WantAsync(uint sequence, int first, int count, uint epoch = 0, string track = "v")
    {
        var request = new RequestId(++_requests);
        var message = new byte[Want.MessageLength];
        new Want(request, Segment(sequence, epoch, track), first, count).Write(message);
        await SendAsync(message);
        return request;
    }

    /// <summary>A record, whole.</summary>
    public async Task<byte[]> RecordAsync(uint sequence, string track = "v") => await PiecesAsync(new WantRecord(new(++_requests), Segment(sequence, track: track)).ToMessage());

    /// <summary>An init segment, whole.</summary>
    public async Task<byte[]> InitAsync(Cryptography.Sha256Hash hash) => await PiecesAsync(new WantInit(new(++_requests), hash).ToMessage());

    /// <summary>Every chunk of a segment, each checked against the record, and the relay's statement of each against its admission.</summary>
    public async Task<byte[]> SegmentAsync(uint sequence, SignedRecord record, string track = "v")
    {
        var bytes = new byte[record.Record.ByteLength];
        var count = ChunkTree.CountFor(bytes.Length);
        for (var first = 0; first < count; first += Want.MaxCount)
        {
            var last = Math.Min(count, first + Want.MaxCount);
            var request = await WantAsync(sequence, first, last - first, track: track);
            for (var next = first; next < last;)
            {
                next += Take(await ReceiveAsync(PeerMessageType.Chunks), request, next, record, Handshake!.Other!.Key, bytes);
            }
        }

        return bytes;
    }

    public void Dispose() => _socket.Dispose();

    private static int Take(byte[] message, RequestId request, int next, SignedRecord record, Ed25519PublicKey sender, byte[] bytes)
    {
        Assert.True(ChunkRun.TryRead(message, out var run));
        Assert.Equal((request, next), (run.Request, run.First));
        for (var n = 0; n < run.Count; n++)
        {
            Assert.True(SegmentVerification.CheckChunk(record, run.First + n, run[n]).IsOk);
            Assert.True(new ChunkStatement(record.Hash, run.First + n, record.Leaf(run.First + n)).Verify(sender, run.StatementOf(n)), "what it sends it answers for");
            run[n].CopyTo(bytes.AsSpan((run.First + n) * ChunkTree.ChunkSize));
        }

        return run.Count;
    }

    private async Task<byte[]> PiecesAsync(byte[] want)
    {
        await SendAsync(want);
        byte[]? whole = null;
        for (var at = 0; whole is null || at < whole.Length;)
        {
            at += Take(await ReceiveAsync(PeerMessageType.Piece), at, ref whole);
        }

        return whole;
    }

    private static int Take(byte[] message, int at, ref byte[]? whole)
    {
        Assert.True(Piece.TryRead(message, out var piece));
        whole ??= new byte[piece.Total];
        Assert.Equal(at, piece.Offset);
        piece.Bytes.CopyTo(whole.AsSpan(at));
        return piece.Bytes.Length;
    }
}
