using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Peering.Receipts;

/// <summary>Names a link for good: a hash of both sides' nonces. Each side's is new, so no honest peer ever has one name twice.</summary>
public readonly record struct LinkId(Bytes32 Value)
{
    private static ReadOnlySpan<byte> Tag => "liveledger link v1\n"u8;

    /// <summary>The name of the link that began with these nonces.</summary>
    public static LinkId Of(Nonce offerer, Nonce answerer)
    {
        Span<byte> text = stackalloc byte[Tag.Length + 2 * Nonce.Length];
        Tag.CopyTo(text);
        offerer.Value.CopyTo(text[Tag.Length..]);
        answerer.Value.CopyTo(text[(Tag.Length + Nonce.Length)..]);
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        SHA256.HashData(text, hash);
        return new(new Bytes32(hash));
    }

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
