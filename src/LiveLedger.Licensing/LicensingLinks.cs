using System.Net;
using LiveLedger.Licensing.KeyServers;
using LiveLedger.Media;

namespace LiveLedger.Licensing;

/// <summary>What this stage needs of others, tied together by the server: stages do not know one another.</summary>
public sealed record LicensingLinks
{
    /// <summary>The account that owns a broadcast, or null if there is no such broadcast.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<string?>> OwnerOf { get; init; }

    /// <summary>What licences are decided by: phase, key periods and how far the media has come; null if there is no such broadcast. In memory while it is live.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<BroadcastFacts?>> FactsOf { get; init; }

    /// <summary>The broadcaster's identity key as in Watch addresses (43 characters of base64url), or null before the session key is certified.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<string?>> IdentityOf { get; init; }

    /// <summary>Hands the order for an attempt to the message bus: webhook, message, turn. Done when the bus has it.</summary>
    public required Func<Guid, Guid, long, CancellationToken, Task> DeliverWebhook { get; init; }

    /// <summary>Signs a token for a viewer of a broadcast.</summary>
    public required Func<string, BroadcastId, TimeSpan, (string Token, DateTimeOffset ExpiresAt)> IssueViewerToken { get; init; }
}

/// <summary>Settings of this stage.</summary>
public sealed record LicensingOptions
{
    /// <summary>Folder of wrapped keys (0700).</summary>
    public required string KeysFolder { get; init; }

    /// <summary>True if webhooks may be sent to addresses of private networks and of this machine, and without TLS: where shops stand beside us.</summary>
    public bool PrivateWebhooks { get; init; }

    /// <summary>Folder of decisions that the ledger has yet to take.</summary>
    public required string SpoolFolder { get; init; }

    /// <summary>Where new broadcasts take their content keys from; null to make them ourselves.</summary>
    public KeyServerOptions? KeyServer { get; init; }

    /// <summary>The address the outside reaches us by, without a trailing slash; null to answer with the one a request came by.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>File that says which region an address is in; null to know none.</summary>
    public string? RegionsFile { get; init; }

    /// <summary>Proxies whose X-Forwarded-For is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}
