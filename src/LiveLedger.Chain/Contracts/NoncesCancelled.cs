using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>Vouchers of a signer are worth nothing any more.</summary>
/// <param name="Signer">Whose vouchers.</param>
/// <param name="Word">Which 256 nonces, of any of 256 bits.</param>
/// <param name="Mask">Which of them.</param>
public readonly record struct NoncesCancelled(Address Signer, Bytes32 Word, Bytes32 Mask)
{
    internal static readonly AbiSignature Signature = new("NoncesCancelled(address,uint256,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out NoncesCancelled read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 1) || !AbiTopics.TryRead(topics[1], out Address signer)
            || !words.TryTake(out Bytes32 word) || !words.TryTake(out Bytes32 mask) || !words.AtEnd)
        {
            return false;
        }

        read = new(signer, word, mask);
        return true;
    }
}
