using LiveLedger.Cli.Identity;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Demo;

/// <summary>A broadcast made, certified, started and opened to one viewer, all over the public REST API.</summary>
internal sealed class DemoBroadcast : IDisposable
{
    private const string Viewer = "demo-viewer";

    private DemoBroadcast(ServerApi api, BroadcastView view, Ed25519PublicKey identity, ViewerToken viewer)
    {
        Api = api;
        View = view;
        Identity = identity;
        ViewerToken = viewer.Token;
        Id = BroadcastId.TryParse(view.Id, out var id) ? id : throw new CommandFailure("the server's broadcast id is malformed");
        WatchUrl = $"{view.Urls.Watch}#token={viewer.Token}&identity={IdentityText.Format(identity)}";
    }

    /// <summary>The API with the broadcaster's token.</summary>
    internal ServerApi Api { get; }

    internal BroadcastView View { get; }

    internal BroadcastId Id { get; }

    internal Ed25519PublicKey Identity { get; }

    internal string ViewerToken { get; }

    /// <summary>The page with the viewer's token and the pinned identity in the fragment, which browsers keep to themselves.</summary>
    internal string WatchUrl { get; }

    internal string Path => $"/v1/broadcasts/{View.Id}";

    /// <summary>Where ffmpeg's DASH muxer writes its manifest; tracks lie below the same folder.</summary>
    internal Uri IngestUrl => Reach($"{View.Ingest!.Url.TrimEnd('/')}/live.mpd");

    /// <summary>An address of the server's as we reach it: its public address may be of another network.</summary>
    internal Uri Reach(string url) => new(Api.Server, new Uri(url).PathAndQuery);

    internal static async Task<DemoBroadcast> CreateAsync(DemoServer server, DemoTerms terms, CancellationToken cancellation)
    {
        ApiToken token;
        using (var operatorApi = new ServerApi(server.Address, ServerOptions.ReadToken(server.TokenFile)))
        {
            token = await operatorApi.PostAsync<ApiToken>(
                "/v1/tokens", new { subject = "demo", role = "broadcaster", lifetimeSeconds = 86400 }, cancellation);
        }

        var api = new ServerApi(server.Address, token.Token);
        try
        {
            // The demo plays the broadcaster's part too: this key would be on the broadcaster's own machine.
            using var identity = IdentityFile.LoadOrCreate(System.IO.Path.Combine(terms.Data, "demo-identity.key"));
            var view = await api.PostAsync<BroadcastView>("/v1/broadcasts", new { title = "LiveLedger demo", scheme = terms.Scheme }, cancellation);
            await Certification.SendAsync(api, view, identity, TimeSpan.FromDays(2), cancellation);
            await api.PostAsync($"/v1/broadcasts/{view.Id}/start", null, cancellation);
            await api.PostAsync($"/v1/broadcasts/{view.Id}/entitlements", new { viewer = Viewer }, cancellation);
            var viewer = await api.PostAsync<ViewerToken>(
                $"/v1/broadcasts/{view.Id}/viewer-tokens", new { viewer = Viewer, lifetimeSeconds = 86400 }, cancellation);
            return new(api, view, identity.PublicKey, viewer);
        }
        catch
        {
            api.Dispose();
            throw;
        }
    }

    internal Task<StatusView> StatusAsync(CancellationToken cancellation) => Api.GetAsync<StatusView>($"{Path}/status", cancellation);

    internal Task EndAsync(CancellationToken cancellation) => Api.PostAsync($"{Path}/end", null, cancellation);

    public void Dispose() => Api.Dispose();
}
