using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>A message from a peer (docs/formats/tracker-messages.md), within its bounds.</summary>
internal abstract record FromPeer
{
    /// <summary>Longest message in bytes.</summary>
    public const int MaxBytes = 16_384;

    private const int MaxTracks = 8;
    private const int MaxText = 8192;

    /// <summary>Reads a message; null for one that breaks a bound. One of a later version is <see cref="Unknown"/>.</summary>
    public static FromPeer? Read(ReadOnlySpan<byte> utf8)
    {
        FromPeerJson? said;
        try
        {
            said = JsonSerializer.Deserialize(utf8, FromPeerContext.Default.FromPeerJson);
        }
        catch (JsonException)
        {
            return null;
        }

        return said?.Type switch
        {
            "join" => ProofOf(said) is { } proof && TracksOf(said) is { } tracks && PartedOf(said) is { } parted ? new Join(said.Admission!, proof, tracks, parted) : null,
            "renew" => ProofOf(said) is { } proof ? new Renew(said.Admission!, proof) : null,
            "playing" => TracksOf(said) is { } tracks ? new Playing(tracks, said.Sharing ?? true) : null,
            "signal" => PeerId.TryParse(said.Peer, out var to) && said.Kind is "offer" or "answer" or "candidate" && said.Text is { Length: > 0 and <= MaxText } text ? new Signal(to, said.Kind, text) : null,
            "linked" => PeerId.TryParse(said.Peer, out var other) && said.Rtt is null or (>= 0 and <= 60_000) ? new Linked(other, said.Rtt) : null,
            "unlink" => PeerId.TryParse(said.Peer, out var gone) && said.Why is "left" or "failed" or "slow" or "offence" ? new Unlink(gone, said.Why) : null,
            "more" => new More(),
            "figures" => FiguresOf(said) is { } figures ? new Figures(figures) : null,
            { Length: > 0 and <= 64 } => new Unknown(),
            _ => null,
        };
    }

    private static byte[]? ProofOf(FromPeerJson said) =>
        said.Admission is { Length: > 0 and <= AdmissionToken.MaxLength } && said.Proof is { Length: 86 } && StrictBase64Url.TryDecode(said.Proof, out var proof) && proof.Length == Ed25519PublicKey.SignatureLength ? proof : null;

    private static PlayerFigures? FiguresOf(FromPeerJson said)
    {
        ReadOnlySpan<long?> all = [said.Origin, said.Relays, said.Peers, said.Sent, said.Refused, said.Stalls, said.StalledMs];
        foreach (var value in all)
        {
            if (value is not (>= 0 and <= PlayerFigures.Max))
            {
                return null;
            }
        }

        return said.LatencyMs is null or (>= 0 and <= 3_600_000)
            ? new(said.Origin!.Value, said.Relays!.Value, said.Peers!.Value, said.Sent!.Value, said.Refused!.Value, said.Stalls!.Value, said.StalledMs!.Value, said.LatencyMs)
            : null;
    }

    private static IReadOnlyList<TrackName>? TracksOf(FromPeerJson said)
    {
        if (said.Tracks is not { Length: <= MaxTracks } names)
        {
            return null;
        }

        var tracks = new List<TrackName>(names.Length);
        foreach (var name in names)
        {
            if (!TrackName.TryParse(name, out var track) || tracks.Contains(track))
            {
                return null;
            }

            tracks.Add(track);
        }

        return tracks;
    }

    private static IReadOnlyList<PeerPseudonym>? PartedOf(FromPeerJson said)
    {
        if (said.Parted is not { } names)
        {
            return [];
        }

        if (names.Length > Partings.MaxSaid)
        {
            return null;
        }

        var parted = new List<PeerPseudonym>(names.Length);
        foreach (var name in names)
        {
            if (!PeerPseudonym.TryParse(name, out var peer))
            {
                return null;
            }

            parted.Add(peer);
        }

        return parted;
    }
}

/// <summary>Wants in.</summary>
internal sealed record Join(string Admission, byte[] Proof, IReadOnlyList<TrackName> Tracks, IReadOnlyList<PeerPseudonym> Parted) : FromPeer;

/// <summary>Has a newer admission.</summary>
internal sealed record Renew(string Admission, byte[] Proof) : FromPeer;

/// <summary>Plays these, and sends to others or does not.</summary>
internal sealed record Playing(IReadOnlyList<TrackName> Tracks, bool IsSharing) : FromPeer;

/// <summary>Something for a neighbour.</summary>
internal sealed record Signal(PeerId To, string Kind, string Text) : FromPeer;

/// <summary>The link to a neighbour is up.</summary>
internal sealed record Linked(PeerId Other, double? Rtt) : FromPeer;

/// <summary>A neighbour is none any more.</summary>
internal sealed record Unlink(PeerId Other, string Why) : FromPeer;

/// <summary>Has room for more neighbours.</summary>
internal sealed record More : FromPeer;

/// <summary>Says how it does.</summary>
internal sealed record Figures(PlayerFigures Said) : FromPeer;

/// <summary>Of a later version: passed over.</summary>
internal sealed record Unknown : FromPeer;

/// <summary>All members that any message has.</summary>
internal sealed record FromPeerJson(
    string? Type, string? Admission, string? Proof, string?[]? Tracks, string?[]? Parted, string? Peer, string? Kind, string? Text, double? Rtt, string? Why, bool? Sharing,
    long? Origin, long? Relays, long? Peers, long? Sent, long? Refused, long? Stalls, long? StalledMs, long? LatencyMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false, MaxDepth = 4)]
[JsonSerializable(typeof(FromPeerJson))]
internal sealed partial class FromPeerContext : JsonSerializerContext;
