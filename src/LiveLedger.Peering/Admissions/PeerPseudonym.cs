using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;

namespace LiveLedger.Peering.Admissions;

/// <summary>
/// Who a peer is within one broadcast: the same for every admission of one entitlement or grant, and nothing in another broadcast. 32 bytes,
/// 43 characters of base64url.
/// </summary>
public readonly record struct PeerPseudonym(Bytes32 Value)
{
    /// <summary>Takes the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerPseudonym pseudonym)
    {
        pseudonym = default;
        if (!StrictBase64Url.TryDecode(text, out var bytes) || bytes.Length != Bytes32.Length)
        {
            return false;
        }

        pseudonym = new(new Bytes32(bytes));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => StrictBase64Url.Encode(Value.ToArray());
}
