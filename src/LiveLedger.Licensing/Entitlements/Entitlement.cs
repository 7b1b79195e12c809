using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>Names an entitlement: 32 lower-case hexadecimal characters.</summary>
internal readonly record struct EntitlementId(Guid Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out EntitlementId id)
    {
        var read = IdText.TryRead(text, out var value);
        id = new(value);
        return read;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>A viewer within one broadcast, as the database and the log know them. Two broadcasts know one viewer by two pseudonyms.</summary>
internal readonly record struct ViewerPseudonym(Bytes32 Value)
{
    /// <summary>base64url, 43 characters.</summary>
    public override string ToString() => StrictBase64Url.Encode(Value.ToArray());
}

/// <summary>A viewer's right to one broadcast.</summary>
internal sealed record Entitlement(EntitlementId Id, DateTimeOffset GrantedAt)
{
    /// <summary>What it is worth now: entitled, suspended, revoked or refunded.</summary>
    public Standing Standing { get; init; } = Standing.Entitled;

    /// <summary>When it was revoked or refunded.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Version of the event in its stream that gave it its standing or its holder.</summary>
    public long Version { get; init; }

    /// <summary>What was sold; null for everything.</summary>
    public OfferVersion? Sold { get; init; }

    /// <summary>Whose it is; null if it was granted before names were kept.</summary>
    public SealedViewer? Viewer { get; init; }

    public bool Holds => Standing == Standing.Entitled;
}
