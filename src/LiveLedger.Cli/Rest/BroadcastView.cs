namespace LiveLedger.Cli.Rest;

/// <summary>A broadcast as the REST API shows it.</summary>
internal sealed record BroadcastView(
    string Id, string Title, string Owner, string State, string Scheme, DateTimeOffset CreatedAt,
    IngestView? Ingest, string SessionKey, SignerView? Signer, UrlsView Urls, string? Peers = null);

/// <summary>Where a publisher pushes, and with what; the key is shown only where it was just made.</summary>
internal sealed record IngestView(string Url, string? Key);

/// <summary>Who signs for the broadcast.</summary>
internal sealed record SignerView(string Identity, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>Where the broadcast is served.</summary>
internal sealed record UrlsView(string Hls, string Dash, string Signer, string Watch);

/// <summary>A page of broadcasts.</summary>
internal sealed record BroadcastPage(IReadOnlyList<BroadcastView> Items, string? Next);
