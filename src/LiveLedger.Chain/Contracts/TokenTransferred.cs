using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A token was made, changed hands or is gone (ERC-721). An ERC-20 has an event of the same name, and three topics.</summary>
/// <param name="From">Who had it; <see cref="Address.Zero"/> for a new one.</param>
/// <param name="To">Who has it; <see cref="Address.Zero"/> for none.</param>
/// <param name="Token">The token.</param>
public readonly record struct TokenTransferred(Address From, Address To, UInt128 Token)
{
    internal static readonly AbiSignature Signature = new("Transfer(address,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out TokenTransferred read)
    {
        read = default;
        if (!Signature.Names(topics, 3) || !AbiTopics.TryRead(topics[1], out Address from)
            || !AbiTopics.TryRead(topics[2], out Address to) || !AbiTopics.TryRead(topics[3], out UInt128 token)
            || !data.IsEmpty)
        {
            return false;
        }

        read = new(from, to, token);
        return true;
    }
}
