using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Proofs;
using LiveLedger.Relay.Links;

namespace LiveLedger.Relay.Tracking;

/// <summary>
/// The relay at its broadcast's tracker (docs/formats/tracker-messages.md): joins, so that peers near it are introduced to it, and hears of revocations. While the tracker is away the links that there are go on.
/// </summary>
internal sealed class TrackerLink(RelaySwarm swarm, TimeProvider time)
{
    private const int MaxMessage = 16_384;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>True while the tracker knows of the relay.</summary>
    public bool IsJoined { get; private set; }

    /// <summary>Why it does not; null while it does, or before the first try.</summary>
    public string? Failure { get; private set; }

    /// <summary>Joins again and again.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        while (true)
        {
            if (swarm.Self is { } self && self.Admission.ExpiresAt > swarm.Platform.Now)
            {
                try
                {
                    await JoinAsync(self, stopping);
                }
                catch (Exception e) when (e is WebSocketException or IOException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException
                    || (e is OperationCanceledException && !stopping.IsCancellationRequested))
                {
                    Failure = $"the tracker does not answer: {e.Message}";
                }

                pause = IsJoined ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                IsJoined = false;
            }

            await Task.Delay(pause, time, stopping);
        }
    }

    private async Task JoinAsync(LinkSelf self, CancellationToken stopping)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(AnswerTime);
        await socket.ConnectAsync(self.Admission.Tracker, patience.Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var telling = Task.CompletedTask;
        var room = new byte[MaxMessage];
        try
        {
            while (await ReadAsync(socket, room, IsJoined ? stopping : patience.Token) is { } message)
            {
                using (message)
                {
                    var said = message.RootElement;
                    switch (said.GetProperty("type").GetString())
                    {
                        // Signing a second one would let a tracker have as many proofs as it likes.
                        case "challenge" when telling == Task.CompletedTask && StrictBase64Url.TryDecode(said.GetProperty("nonce").GetString(), out var bytes) && bytes.Length == Nonce.Length:
                            var nonce = new Nonce(new(bytes));
                            await ShowAsync(socket, "join", self, nonce, stopping);
                            telling = TellAsync(socket, self, nonce, ending.Token);
                            break;
                        case "joined":
                            (IsJoined, Failure) = (true, null);
                            break;
                        case "revoked" when said.GetProperty("token").GetString() is { } token:
                            swarm.TakeRevocation(token);
                            break;
                        case "refused":
                            var code = said.GetProperty("code").GetString();
                            Failure = $"the tracker refused ({code})";
                            if (code == "revoked")
                            {
                                swarm.Revoked();
                            }

                            return;
                    }
                }
            }

            Failure = "the tracker closed the connection";
        }
        finally
        {
            await ending.CancelAsync();
            await telling.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    // What changes while the relay is joined: its admission, and the tracks that are played near it.
    private async Task TellAsync(ClientWebSocket socket, LinkSelf shown, Nonce nonce, CancellationToken ending)
    {
        string[] playing = [];
        while (true)
        {
            await Task.Delay(Pace, time, ending);
            if (!IsJoined)
            {
                continue;
            }

            if (swarm.Self is { } self && self != shown)
            {
                await ShowAsync(socket, "renew", self, nonce, ending);
                shown = self;
            }

            var now = swarm.Interest.Tracks.Select(static t => t.Value).Order(StringComparer.Ordinal).Take(8).ToArray();
            if (!now.SequenceEqual(playing))
            {
                await SendAsync(socket, json =>
                {
                    json.WriteString("type", "playing");
                    WriteTracks(json, now);
                }, ending);
                playing = now;
            }
        }
    }

    private Task ShowAsync(ClientWebSocket socket, string type, LinkSelf self, Nonce nonce, CancellationToken cancellation)
    {
        var proof = new byte[Ed25519PublicKey.SignatureLength];
        self.Key.Sign(PossessionProof.JoinBytes(self.Admission.Tracker, nonce, self.Token), proof);
        return SendAsync(socket, json =>
        {
            json.WriteString("type", type);
            json.WriteString("admission", self.Token);
            json.WriteString("proof", StrictBase64Url.Encode(proof));
            if (type == "join")
            {
                WriteTracks(json, []);
            }
        }, cancellation);
    }

    private static void WriteTracks(Utf8JsonWriter json, string[] tracks)
    {
        json.WriteStartArray("tracks");
        foreach (var track in tracks)
        {
            json.WriteStringValue(track);
        }

        json.WriteEndArray();
    }

    private async Task SendAsync(ClientWebSocket socket, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(message))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await _sending.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(message.WrittenMemory, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    // Null when the tracker has closed, or breaks a bound of the protocol.
    private static async Task<JsonDocument?> ReadAsync(ClientWebSocket socket, byte[] room, CancellationToken cancellation)
    {
        var length = 0;
        while (length < room.Length)
        {
            var read = await socket.ReceiveAsync(room.AsMemory(length), cancellation);
            if (read.MessageType != WebSocketMessageType.Text)
            {
                return null;
            }

            length += read.Count;
            if (read.EndOfMessage)
            {
                return JsonDocument.Parse(room.AsMemory(0, length).ToArray(), new JsonDocumentOptions { MaxDepth = 8 });
            }
        }

        return null;
    }
}
