using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>Names an entitlement: a UUIDv7, 32 lower-case hexadecimal characters.</summary>
internal readonly record struct EntitlementId(Guid Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out EntitlementId id)
    {
        id = default;
        if (text is not { Length: 32 } || text.AsSpan().ContainsAnyExcept("0123456789abcdef") || !Guid.TryParseExact(text, "N", out var value))
        {
            return false;
        }

        id = new(value);
        return true;
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
internal sealed record Entitlement(EntitlementId Id, DateTimeOffset GrantedAt, DateTimeOffset? RevokedAt)
{
    public bool Holds => RevokedAt is null;

    /// <summary>Whose it is; null if it was granted before names were kept.</summary>
    public SealedViewer? Viewer { get; init; }
}
