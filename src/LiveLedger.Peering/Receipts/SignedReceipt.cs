using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Peering.Receipts;

/// <summary>A receipt with the signature that stands on it, checked or not yet.</summary>
public sealed class SignedReceipt
{
    /// <summary>Longest in bytes.</summary>
    public const int MaxLength = ReceiptLayout.MaxLength + Ed25519PublicKey.SignatureLength;

    // The tag is signed and not sent; it stands in front of the bytes, so that they are not put together again for each check.
    private readonly byte[] _tagged;

    private SignedReceipt(Receipt receipt, byte[] tagged)
    {
        (Receipt, _tagged) = (receipt, tagged);
        Hash = Sha256Hash.Of(Bytes.Span);
    }

    /// <summary>What is said.</summary>
    public Receipt Receipt { get; }

    /// <summary>As it is sent: the receipt and its signature.</summary>
    public ReadOnlyMemory<byte> Bytes => _tagged.AsMemory(Tag.Length);

    /// <summary>SHA-256 of <see cref="Bytes"/>: what a sender co-signs.</summary>
    public Sha256Hash Hash { get; }

    /// <summary>What is said, as it is sent, without the signature: two that say the same are alike in this.</summary>
    public ReadOnlySpan<byte> Said => _tagged.AsSpan(Tag.Length..^Ed25519PublicKey.SignatureLength);

    private static ReadOnlySpan<byte> Tag => "liveledger receipt v1\n"u8;

    /// <summary>Signs as the receiver.</summary>
    /// <exception cref="ArgumentException">It is out of its bounds, or another's: no reader would take it.</exception>
    public static SignedReceipt Sign(Receipt receipt, Ed25519PrivateKey receiver)
    {
        var length = ReceiptLayout.LengthOf(receipt);
        var tagged = new byte[Tag.Length + length + Ed25519PublicKey.SignatureLength];
        Tag.CopyTo(tagged);
        ReceiptLayout.Write(receipt, tagged.AsSpan(Tag.Length));
        // What every reader would refuse must not become a signature.
        if (!receipt.Receiver.Is(receiver.PublicKey) || ReceiptLayout.Read(tagged.AsSpan(Tag.Length, length)) is null)
        {
            throw new ArgumentException("the receipt would be refused", nameof(receipt));
        }

        receiver.Sign(tagged.AsSpan(..^Ed25519PublicKey.SignatureLength), tagged.AsSpan(^Ed25519PublicKey.SignatureLength..));
        return new(receipt, tagged);
    }

    /// <summary>Reads one from outside; its signature is still to be checked. Nothing is allocated for what is refused.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedReceipt? signed)
    {
        signed = null;
        if (bytes.Length is <= Ed25519PublicKey.SignatureLength or > MaxLength || ReceiptLayout.Read(bytes[..^Ed25519PublicKey.SignatureLength]) is not { } receipt)
        {
            return false;
        }

        var tagged = new byte[Tag.Length + bytes.Length];
        Tag.CopyTo(tagged);
        bytes.CopyTo(tagged.AsSpan(Tag.Length));
        signed = new(receipt, tagged);
        return true;
    }

    /// <summary>True if the receiver signed it.</summary>
    /// <param name="receiver">The key that an admission vouches for.</param>
    public bool Verify(Ed25519PublicKey receiver) => Receipt.Receiver.Is(receiver)
        && receiver.Verify(_tagged.AsSpan(..^Ed25519PublicKey.SignatureLength), _tagged.AsSpan(^Ed25519PublicKey.SignatureLength..));
}
