using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Harness.Server;

/// <summary>A broadcast on a server, as its broadcaster, its publisher and its auditors meet it.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Id">Its id.</param>
/// <param name="IngestKey">What publishers push with.</param>
/// <param name="SessionKey">Base64url of the public key that signs its records.</param>
public sealed record RunningBroadcast(Broadcaster Owner, BroadcastId Id, string IngestKey, string SessionKey)
{
    private HttpClient Http => Owner.Server.Http;

    /// <summary>Sends one object to the ingest, as an encoder would.</summary>
    public async Task<HttpResponseMessage> PushAsync(string path, byte[] body, string? key = null, HttpClient? over = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/ingest/{Id}/{path}") { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key ?? IngestKey);
        return await (over ?? Http).SendAsync(request);
    }

    /// <summary>Sends init segments (if asked) and the segments [from, to) of every track.</summary>
    public async Task PublishAsync(CmafSource source, int from, int to, bool init = true)
    {
        foreach (var track in init ? source.Tracks : [])
        {
            (await PushAsync($"{track}/init.mp4", source.Init(track))).EnsureSuccessStatusCode();
        }

        for (var i = from; i < to; i++)
        {
            foreach (var track in source.Tracks)
            {
                (await PushAsync($"{track}/{i + 1}.m4s", source.Segments(track)[i])).EnsureSuccessStatusCode();
            }
        }
    }

    /// <summary>The broadcast's status.</summary>
    public async Task<JsonObject> StatusAsync() => (await Owner.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{Id}/status"))!;

    /// <summary>Ends it.</summary>
    public async Task EndAsync() => (await Owner.Api.PostAsync($"/v1/broadcasts/{Id}/end", null)).EnsureSuccessStatusCode();

    /// <summary>Has its owner take it down.</summary>
    public async Task TakeDownAsync(string reason = "a test") =>
        (await Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{Id}/takedown", new { reason })).EnsureSuccessStatusCode();

    /// <summary>Undoes that.</summary>
    public async Task RestoreAsync() => (await Owner.Api.PostAsync($"/v1/broadcasts/{Id}/restore", null)).EnsureSuccessStatusCode();

    /// <summary>Waits until everything sealed is in the ledger.</summary>
    public async Task WaitLoggedAsync(TimeSpan? patience = null)
    {
        var until = DateTime.UtcNow + (patience ?? TimeSpan.FromSeconds(20));
        while ((await StatusAsync())["unloggedSegments"]!.GetValue<long>() > 0)
        {
            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException($"segments are still not logged: {await StatusAsync()}");
            }

            await Task.Delay(100);
        }
    }

    private static string InitName(uint epoch, ulong period) => (epoch, period) switch { (0, 0) => "init", (_, 0) => $"init-{epoch}", _ => $"init-{epoch}-{period}" };

    /// <summary>Fetches every segment of a track as an outsider and checks it up to the broadcaster's identity, and the chain. Returns the record hashes.</summary>
    public async Task<IReadOnlyList<Sha256Hash>> AuditTrackAsync(string track)
    {
        TrackName.TryParse(track, out var name);
        var certificate = await Http.GetByteArrayAsync($"/live/{Id}/signer");
        var hashes = new List<Sha256Hash>();
        Sha256Hash? previous = null;
        for (uint n = 0; ; n++)
        {
            var answer = await Http.GetAsync($"/live/{Id}/{track}/{n}.record");
            if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                return hashes;
            }

            var file = await answer.Content.ReadAsByteArrayAsync();
            var segment = await Http.GetByteArrayAsync($"/live/{Id}/{track}/{n}.m4s");
            SignedRecord.TryParse(file, out var record);
            var epoch = record?.Record.Epoch ?? 0;
            var init = await Http.GetByteArrayAsync($"/live/{Id}/{track}/{InitName(epoch, record?.Record.CryptoPeriod ?? 0)}.mp4");
            var result = SegmentVerification.Verify(
                new SegmentSlot(Id, name, n), Owner.Identity.PublicKey, certificate, file, segment, Sha256Hash.Of(init), previous);
            if (!result.IsOk)
            {
                throw new InvalidOperationException($"track {track} segment {n}: {result}");
            }

            hashes.Add((previous = record!.Hash).Value);
        }
    }
}
