using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;

namespace LiveLedger.Relay;

/// <summary>What a relay is told at its start.</summary>
public sealed record RelayOptions
{
    /// <summary>The platform's server: admissions and keys come from it.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where segments come from; null for the server. Another relay's address makes a chain.</summary>
    public Uri? Upstream { get; init; }

    /// <summary>What it carries.</summary>
    public IReadOnlyList<BroadcastId> Broadcasts { get; init; } = [];

    /// <summary>True to carry all that the grant is for, as it comes and goes. Needs a token.</summary>
    public bool IsForAll { get; init; }

    /// <summary>The broadcaster whose records alone are taken; null to take the one that the admission names.</summary>
    public Ed25519PublicKey? Identity { get; init; }

    /// <summary>Addresses to listen on, with semicolons between.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8081";

    /// <summary>PEM files of certificate and key for https addresses; null without.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>The grant's token; null to serve over HTTP alone, with no part in the swarm.</summary>
    public string? Token { get; init; }

    /// <summary>The file of the relay's own key, made at the first start. Needed with a token.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The web origin that the operator expects the grant to name; null to take what it names.</summary>
    public string? Origin { get; init; }

    /// <summary>Bytes of objects kept in memory.</summary>
    public long MemoryBytes { get; init; } = 512L << 20;

    /// <summary>Folder of objects on disk; null to keep none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Bytes of objects kept on disk.</summary>
    public long DiskBytes { get; init; } = 8L << 30;

    // Records print their members, and what is printed is logged.
    private bool PrintMembers(System.Text.StringBuilder builder) => builder.Append("Server = ").Append(Server) is not null;
}
