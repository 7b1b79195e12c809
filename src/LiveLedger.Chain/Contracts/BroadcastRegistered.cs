using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A broadcast has its token.</summary>
/// <param name="Token">The token.</param>
/// <param name="Identity">The broadcaster's identity key.</param>
/// <param name="Owner">Who got the token.</param>
public readonly record struct BroadcastRegistered(OwnershipToken Token, Bytes32 Identity, Address Owner)
{
    internal static readonly AbiSignature Signature = new("BroadcastRegistered(uint256,bytes32,address)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out BroadcastRegistered read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 token)
            || !AbiTopics.TryRead(topics[2], out Address owner) || !words.TryTake(out Bytes32 identity) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(token), identity, owner);
        return true;
    }
}
