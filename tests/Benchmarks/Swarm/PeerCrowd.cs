using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Benchmarks.Licences;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Benchmarks.Swarm;

/// <summary>Viewers of one live broadcast, each with an entitlement and an open playback of its own, who ask for admissions and join the tracker.</summary>
internal sealed class PeerCrowd : IAsyncDisposable
{
    private readonly string _issuer;
    private readonly BroadcastId _broadcast;
    private readonly HttpClient _http;
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    private PeerCrowd(LicenceCrowd licences, string issuer, IReadOnlyList<(string Token, string Playback)> viewers)
    {
        (Licences, _issuer, Viewers) = (licences, issuer, viewers);
        BroadcastId.TryParse(licences.Broadcast, out _broadcast);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = licences.Server.BaseUrl, Timeout = TimeSpan.FromSeconds(60) };
    }

    public LicenceCrowd Licences { get; }

    public IReadOnlyList<(string Token, string Playback)> Viewers { get; }

    public static async Task<PeerCrowd> StartAsync(int viewers)
    {
        var licences = await LicenceCrowd.StartAsync(viewers, counted: 0);
        var platform = (await licences.Server.Http.GetFromJsonAsync<JsonObject>("/v1/admissions"))!;
        var open = new (string, string)[viewers];
        await Parallel.ForAsync(0, viewers, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, _) => open[n] = (licences.Free[n], (await licences.OpenAsync(licences.Free[n])).Playback!));
        await licences.UntilFollowedAsync();
        return new(licences, platform["issuer"]!.GetValue<string>(), open);
    }

    /// <summary>Requests of theirs that are signed ahead.</summary>
    public AdmissionRequests Requests() => new(Licences.Server.BaseUrl, _issuer, _broadcast, Viewers);

    /// <summary>Has each playback's page say that it is there: who says nothing for 90 s has gone.</summary>
    public Task KeepOpenAsync() => Parallel.ForEachAsync(Viewers, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (viewer, _) =>
    {
        if (await Licences.BeatAsync(viewer.Token, viewer.Playback) is var answer && (int)answer >= 300)
        {
            throw new InvalidOperationException($"a playback has ended: {answer}");
        }
    });

    /// <summary>An admission for a viewer; null if it was refused.</summary>
    public async Task<string?> AskAsync(int viewer)
    {
        var (token, playback) = Viewers[viewer % Viewers.Count];
        var (now, nonce) = (DateTimeOffset.UtcNow, Nonce.New());
        var proof = new byte[Ed25519PublicKey.SignatureLength];
        _key.Sign(PossessionProof.RequestBytes(_issuer, _broadcast, _key.PublicKey, now, nonce), proof);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/admissions")
        {
            Content = new StringContent(
                $$"""{"key":"{{Text(_key.PublicKey.Value)}}","time":{{now.ToUnixTimeMilliseconds()}},"nonce":"{{Text(nonce.Value)}}","proof":"{{Base64Url.EncodeToString(proof)}}","playback":"{{playback}}"}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode == HttpStatusCode.Created ? JsonNode.Parse(body)!["admission"]!.GetValue<string>() : null;
    }

    /// <summary>Connects, proves the key and is taken in; then hears whatever comes and lets it go.</summary>
    public async Task<ClientWebSocket> JoinAsync(string admission)
    {
        var tracker = new Uri(JsonNode.Parse(Base64Url.DecodeFromChars(admission.Split('.')[1]))!["tracker"]!.GetValue<string>());
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(tracker, CancellationToken.None);
        var buffer = new byte[4096];
        var challenge = await HearAsync(socket, buffer);
        var nonce = new Nonce(new Bytes32(Base64Url.DecodeFromChars(challenge["nonce"]!.GetValue<string>())));
        var proof = new byte[Ed25519PublicKey.SignatureLength];
        _key.Sign(PossessionProof.JoinBytes(tracker, nonce, admission), proof);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes($$"""{"type":"join","admission":"{{admission}}","proof":"{{Base64Url.EncodeToString(proof)}}","tracks":["0"]}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        var answer = await HearAsync(socket, buffer);
        return answer["type"]!.GetValue<string>() == "joined" ? socket : throw new InvalidOperationException($"not taken in: {answer}");
    }

    /// <summary>Hears whatever comes until the socket is closed.</summary>
    public static async Task DrainAsync(ClientWebSocket socket)
    {
        try
        {
            var buffer = new byte[512];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Its end.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _key.Dispose();
        await Licences.DisposeAsync();
    }

    private static async Task<JsonObject> HearAsync(ClientWebSocket socket, byte[] buffer)
    {
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        return JsonNode.Parse(buffer.AsSpan(0, received.Count))!.AsObject();
    }

    private static string Text(Bytes32 value) => Base64Url.EncodeToString(value.ToArray());
}
