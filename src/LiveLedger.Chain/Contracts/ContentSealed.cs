using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>What was broadcast is bound to the token.</summary>
/// <param name="Token">The token.</param>
/// <param name="Root">RFC 6962 root over each track's last record.</param>
public readonly record struct ContentSealed(OwnershipToken Token, Bytes32 Root)
{
    internal static readonly AbiSignature Signature = new("ContentSealed(uint256,bytes32)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out ContentSealed read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 1) || !AbiTopics.TryRead(topics[1], out UInt128 token) || !words.TryTake(out Bytes32 root)
            || !words.AtEnd)
        {
            return false;
        }

        read = new(new(token), root);
        return true;
    }
}
