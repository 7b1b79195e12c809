using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LiveLedger.Harness.Server;

/// <summary>Somebody who watches a broadcast with a token from the broadcaster's shop.</summary>
public sealed class Viewer
{
    private Viewer(RunningBroadcast broadcast, string name, string token, string watchUrl) =>
        (Broadcast, Name, Token, WatchUrl) = (broadcast, name, token, watchUrl);

    public RunningBroadcast Broadcast { get; }

    /// <summary>The shop's name for the viewer.</summary>
    public string Name { get; }

    public string Token { get; }

    public string WatchUrl { get; }

    /// <summary>Has the shop mint a token; no right comes with it.</summary>
    public static async Task<Viewer> ComeAsync(RunningBroadcast broadcast, string name, int seconds = 3600)
    {
        var answer = await broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/viewer-tokens", new { viewer = name, lifetimeSeconds = seconds });
        answer.EnsureSuccessStatusCode();
        var json = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        return new(broadcast, name, json["token"]!.GetValue<string>(), json["watchUrl"]!.GetValue<string>());
    }

    /// <summary>Has the shop entitle the viewer; returns the entitlement's id.</summary>
    public async Task<string> EntitleAsync()
    {
        var answer = await Broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{Broadcast.Id}/entitlements", new { viewer = Name });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
    }

    /// <summary>Asks for the keys of these ids, as a browser's ClearKey does.</summary>
    public async Task<HttpResponseMessage> AskAsync(params IEnumerable<string> kids)
    {
        using var api = Broadcast.Owner.Server.As(Token);
        return await api.PostAsJsonAsync("/v1/licences", new { kids, type = "temporary" });
    }
}

/// <summary>What a viewer learns from the public playlists.</summary>
public static class PublicKeyIds
{
    /// <summary>The key id of a track, base64url, as its HLS playlist gives it.</summary>
    public static async Task<string> KeyIdAsync(this RunningBroadcast broadcast, string track)
    {
        var playlist = await broadcast.Owner.Server.Http.GetStringAsync($"/live/{broadcast.Id}/{track}/media.m3u8");
        return Base64Url.EncodeToString(Convert.FromHexString(playlist.Split("KEYID=0x")[1][..32]));
    }
}
