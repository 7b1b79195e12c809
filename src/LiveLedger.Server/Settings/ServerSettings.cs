using System.Net;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Licensing.KeyServers;
using LiveLedger.Media.Protection.Signalling;
using LiveLedger.Swarm;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Server.Settings;

/// <summary>Everything a start of the server is told. Each setting's consequence is in docs/operations/serve.md.</summary>
internal sealed record ServerSettings
{
    /// <summary>Connection string of an existing PostgreSQL; null to run the embedded one.</summary>
    public string? Database { get; init; }

    /// <summary>Folder of everything that must survive: keys, checkpoint, recordings, the embedded cluster.</summary>
    public required string Data { get; init; }

    /// <summary>Data folder of another server of the same platform, whose keys, log and recordings this one shares; null for a server of its own.</summary>
    public string? Join { get; init; }

    /// <summary>Addresses to listen on, separated by semicolons.</summary>
    public required string Urls { get; init; }

    /// <summary>The address the outside reaches us by, without a trailing slash; null to answer with the one a request came by.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The <c>iss</c> of our tokens; null for the public address or, without one, a name made from the key.</summary>
    public string? Issuer { get; init; }

    /// <summary>Name of the log in checkpoints; null for one made from the log's key.</summary>
    public string? LogOrigin { get; init; }

    /// <summary>The log's witnesses and their quorum; null for none.</summary>
    public TrustPolicy? Witnesses { get; init; }

    /// <summary>The RabbitMQ that messages go to (amqp or amqps, with user and password); null to keep them within the process.</summary>
    public Uri? RabbitMq { get; init; }

    /// <summary>How far back live manifests reach.</summary>
    public TimeSpan LiveWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where new broadcasts take their content keys from; null to make them ourselves.</summary>
    public KeyServerOptions? KeyServer { get; init; }

    /// <summary>DRMs that manifests name beside ClearKey.</summary>
    public IReadOnlyList<DrmSystem> Systems { get; init; } = [];

    /// <summary>True if webhooks may go to this machine and private networks, and without TLS.</summary>
    public bool PrivateWebhooks { get; init; }

    /// <summary>Folder of the built player; null to look for it.</summary>
    public string? Player { get; init; }

    /// <summary>File that says which region an address is in: a table of networks or MaxMind's; null to know none.</summary>
    public string? Regions { get; init; }

    /// <summary>Proxies whose X-Forwarded-For is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The address of this one of several servers, without a trailing slash; null where there is one.</summary>
    public string? OwnUrl { get; init; }

    /// <summary>An OTLP collector that metrics go to, without a trailing slash; null for none.</summary>
    public string? Otlp { get; init; }

    /// <summary>Fewer viewers of a broadcast are not introduced to one another.</summary>
    public int MeshFrom { get; init; } = 3;

    /// <summary>UDP port of our STUN; null for none.</summary>
    public int? StunPort { get; init; }

    /// <summary>An operator's TURN servers, as browsers take them.</summary>
    public IReadOnlyList<IceServer> Turn { get; init; } = [];

    /// <summary>The chain that ownership, tickets and checkpoints are anchored on; null for none, and then no code of it runs.</summary>
    public ChainSettings? Chain { get; init; }

    /// <summary>An issuer of API tokens beside our own; null for none.</summary>
    public ExternalIssuer? External { get; init; }

    /// <summary>Default of <see cref="Data"/>'s parent: <c>LIVELEDGER_HOME</c>, else <c>/var/lib/liveledger</c> for root, else the user's share folder.</summary>
    public static string Home => Environment.GetEnvironmentVariable("LIVELEDGER_HOME") is { Length: > 0 } home ? home
        : Environment.IsPrivilegedProcess ? "/var/lib/liveledger"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "liveledger");
}

/// <summary>An OpenID Connect issuer whose tokens are taken for API calls.</summary>
internal sealed record ExternalIssuer
{
    /// <summary>Address that serves <c>/.well-known/openid-configuration</c>; https unless it is this machine.</summary>
    public required string Authority { get; init; }

    /// <summary>The <c>aud</c> its tokens for us have.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim that holds the role or roles.</summary>
    public required string RoleClaim { get; init; }

    /// <summary>From a value of that claim to a role of ours.</summary>
    public required IReadOnlyDictionary<string, string> Roles { get; init; }
}
