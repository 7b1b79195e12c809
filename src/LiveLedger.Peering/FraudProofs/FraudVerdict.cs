using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.FraudProofs;

/// <summary>Why a proof proves nothing, in the order of the checks of docs/formats/fraud-proof.md.</summary>
public enum FraudRefusal
{
    /// <summary>It proves what it says.</summary>
    None,

    /// <summary>The platform did not sign that admission.</summary>
    Admission,

    /// <summary>A certificate does not parse, is not signed by the identity it names, or is of another broadcast.</summary>
    Certificate,

    /// <summary>The certificates are not of the broadcaster's identity.</summary>
    Identity,

    /// <summary>A record does not parse, is not signed by the certified key, or was sealed outside the certificate's time.</summary>
    Record,

    /// <summary>The leaf does not lead to the record's root.</summary>
    Inclusion,

    /// <summary>What was stated is what the record says.</summary>
    True,

    /// <summary>The statement is not signed by the admitted key.</summary>
    Statement,

    /// <summary>The two records are not of one slot.</summary>
    Slot,
}

/// <summary>What a good proof proves.</summary>
public abstract record FraudVerdict
{
    private protected FraudVerdict()
    {
    }

    /// <summary>Where.</summary>
    public required BroadcastId Broadcast { get; init; }

    /// <summary>Of which segment.</summary>
    public required SegmentSlot Slot { get; init; }
}

/// <summary>A peer is convicted.</summary>
public sealed record PeerConviction : FraudVerdict
{
    /// <summary>Whose entitlement or grant.</summary>
    public required PeerPseudonym Peer { get; init; }

    /// <summary>The key that signed.</summary>
    public required Ed25519PublicKey Key { get; init; }

    /// <summary>When the admission was given that the proof shows.</summary>
    public required DateTimeOffset AdmittedAt { get; init; }

    /// <summary>What the peer is.</summary>
    public required PeerRole Role { get; init; }

    /// <summary>Which chunk it lied about.</summary>
    public required int Chunk { get; init; }
}

/// <summary>A publisher is convicted.</summary>
public sealed record PublisherEquivocation : FraudVerdict
{
    /// <summary>The identity that both certificates are of.</summary>
    public required Ed25519PublicKey Identity { get; init; }

    /// <summary>Hashes of the two records.</summary>
    public required (Sha256Hash First, Sha256Hash Second) Records { get; init; }
}
