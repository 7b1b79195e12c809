using System.Buffers.Text;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Harness.Server;

/// <summary>A peer as the platform meets it: a key of its own, an admission, and a socket to the tracker.</summary>
public sealed class Peer : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private Nonce _challenge;
    private bool _isLent;

    private Peer(ServerProcess server, BroadcastId broadcast, string token) => (Server, Broadcast, Token) = (server, broadcast, token);

    public ServerProcess Server { get; }

    public BroadcastId Broadcast { get; }

    /// <summary>What it asks for admissions with.</summary>
    public string Token { get; }

    public Ed25519PrivateKey Key { get; init; } = Ed25519PrivateKey.Generate();

    /// <summary>A viewer's playback.</summary>
    public string? Playback { get; private init; }

    /// <summary>The admission, once there is one.</summary>
    public string Admission { get; private set; } = "";

    public Uri Tracker { get; private set; } = null!;

    /// <summary>Its name at the tracker.</summary>
    public string Id { get; private set; } = "";

    /// <summary>A viewer who has opened a playback with the keys of a track.</summary>
    /// <param name="viewer">Who.</param>
    /// <param name="track">The track.</param>
    /// <param name="server">At which server; null for the broadcaster's.</param>
    public static async Task<Peer> OfViewerAsync(Viewer viewer, string track, ServerProcess? server = null)
    {
        server ??= viewer.Broadcast.Owner.Server;
        using var api = server.As(viewer.Token);
        var answer = await api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await viewer.Broadcast.KeyIdAsync(track) }, type = "temporary" });
        answer.EnsureSuccessStatusCode();
        return new(server, viewer.Broadcast.Id, viewer.Token) { Playback = answer.Headers.GetValues("Playback-Id").Single() };
    }

    /// <summary>Another one of the same viewer and playback, with a key of its own; or the same with its admission, on another connection.</summary>
    public static Peer Beside(Peer other, bool sameKey = false) => sameKey
        ? new(other.Server, other.Broadcast, other.Token) { Playback = other.Playback, Key = other.Key, _isLent = true, Admission = other.Admission, Tracker = other.Tracker }
        : new(other.Server, other.Broadcast, other.Token) { Playback = other.Playback };

    /// <summary>A relay with its grant's token.</summary>
    public static Peer OfRelay(ServerProcess server, BroadcastId broadcast, string token) => new(server, broadcast, token);

    /// <summary>Asks for an admission; <paramref name="change"/> may spoil the request.</summary>
    public async Task<HttpResponseMessage> AskAsync(Action<JsonObject>? change = null, BroadcastId? signedFor = null, Nonce? nonce = null)
    {
        var platform = (await Server.Http.GetFromJsonAsync<JsonObject>("/v1/admissions"))!;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(platform["serverTime"]!.GetValue<long>());
        var used = nonce ?? Nonce.New();
        var proof = Sign(Key, PossessionProof.RequestBytes(platform["issuer"]!.GetValue<string>(), signedFor ?? Broadcast, Key.PublicKey, at, used));
        var body = new JsonObject
        {
            ["key"] = Encode(Key.PublicKey.Value.ToArray()),
            ["time"] = at.ToUnixTimeMilliseconds(),
            ["nonce"] = Encode(used.Value.ToArray()),
            ["proof"] = Encode(proof),
        };
        body[Playback is null ? "broadcast" : "playback"] = Playback ?? Broadcast.ToString();
        change?.Invoke(body);
        using var api = Server.As(Token);
        return await api.PostAsJsonAsync("/v1/admissions", body);
    }

    /// <summary>Gets an admission.</summary>
    public async Task<JsonObject> BeAdmittedAsync(Action<JsonObject>? change = null)
    {
        var answer = await AskAsync(change);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"not admitted: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        var json = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Admission = json["admission"]!.GetValue<string>();
        Tracker = new(ClaimsOf(Admission)["tracker"]!.GetValue<string>());
        return json;
    }

    /// <summary>What an admission says, unverified.</summary>
    public static JsonObject ClaimsOf(string admission) => JsonNode.Parse(Base64Url.DecodeFromChars(admission.Split('.')[1]))!.AsObject();

    /// <summary>Opens the socket and takes the challenge.</summary>
    public async Task ConnectAsync()
    {
        await _socket.ConnectAsync(Tracker, CancellationToken.None);
        var challenge = await HearAsync("challenge");
        _challenge = new(new(Base64Url.DecodeFromChars(challenge["nonce"]!.GetValue<string>())));
    }

    /// <summary>Connects and joins; returns the tracker's answer.</summary>
    public async Task<JsonObject> JoinAsync(string? admission = null, Ed25519PrivateKey? signer = null, params string[] tracks)
    {
        await ConnectAsync();
        await SayAsync(new JsonObject { ["type"] = "join", ["admission"] = admission ?? Admission, ["proof"] = ProofOf(admission ?? Admission, signer), ["tracks"] = new JsonArray([.. tracks.Select(static t => (JsonNode)t)]) });
        var answer = await HearAsync("joined", "refused");
        Id = answer["peer"]?.GetValue<string>() ?? "";
        return answer;
    }

    /// <summary>The proof of a join or renewal on this connection.</summary>
    public string ProofOf(string admission, Ed25519PrivateKey? signer = null) => Encode(Sign(signer ?? Key, PossessionProof.JoinBytes(Tracker, _challenge, admission)));

    /// <summary>Says something to the tracker.</summary>
    public Task SayAsync(JsonObject message) => SayAsync(Encoding.UTF8.GetBytes(message.ToJsonString()));

    /// <summary>Says anything.</summary>
    public Task SayAsync(byte[] message) => _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message of one of these types, passing over others; one of type <c>closed</c> when the tracker has hung up.</summary>
    public async Task<JsonObject> HearAsync(params string[] types)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var heard = await HearAnyAsync(patience.Token);
            var type = heard["type"]!.GetValue<string>();
            if (types.Contains(type))
            {
                return heard;
            }

            if (type == "closed")
            {
                throw new InvalidOperationException($"the tracker hung up; waited for {string.Join(" or ", types)}");
            }
        }
    }

    /// <summary>Everything that comes until it has been quiet for so long.</summary>
    public async Task<List<JsonObject>> HearAllAsync(TimeSpan quiet)
    {
        var heard = new List<JsonObject>();
        var next = HearAnyAsync(CancellationToken.None);
        while (await Task.WhenAny(next, Task.Delay(quiet)) == next)
        {
            heard.Add(await next);
            if (heard[^1]["type"]!.GetValue<string>() == "closed")
            {
                return heard;
            }

            next = HearAnyAsync(CancellationToken.None);
        }

        _pending = next;
        return heard;
    }

    private Task<JsonObject>? _pending;

    private async Task<JsonObject> HearAnyAsync(CancellationToken cancel)
    {
        if (_pending is { } pending)
        {
            _pending = null;
            return await pending.WaitAsync(cancel);
        }

        var buffer = new byte[64 * 1024];
        var length = 0;
        while (true)
        {
            WebSocketReceiveResult received;
            try
            {
                received = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), cancel);
            }
            catch (WebSocketException)
            {
                return new() { ["type"] = "closed" };
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                return new() { ["type"] = "closed" };
            }

            length += received.Count;
            if (received.EndOfMessage)
            {
                return JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject();
            }
        }
    }

    /// <summary>Hangs up.</summary>
    public Task LeaveAsync() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    public void Dispose()
    {
        _socket.Dispose();
        if (!_isLent)
        {
            Key.Dispose();
        }
    }

    private static byte[] Sign(Ed25519PrivateKey key, byte[] message)
    {
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(message, signature);
        return signature;
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
