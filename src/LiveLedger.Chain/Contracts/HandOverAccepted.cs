using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A new owner took over.</summary>
/// <param name="Token">The token.</param>
/// <param name="Owner">Who has it.</param>
/// <param name="Identity">Its identity key.</param>
public readonly record struct HandOverAccepted(OwnershipToken Token, Address Owner, Bytes32 Identity)
{
    internal static readonly AbiSignature Signature = new("HandOverAccepted(uint256,address,bytes32)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out HandOverAccepted read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 token)
            || !AbiTopics.TryRead(topics[2], out Address owner) || !words.TryTake(out Bytes32 identity) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(token), owner, identity);
        return true;
    }
}
