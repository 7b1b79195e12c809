using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>The start of the broadcast was shown.</summary>
/// <param name="Sale">The sale.</param>
public readonly record struct SaleStarted(SaleNumber Sale)
{
    internal static readonly AbiSignature Signature = new("SaleStarted(uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out SaleStarted read)
    {
        read = default;
        if (!Signature.Names(topics, 1) || !AbiTopics.TryRead(topics[1], out UInt128 sale) || !data.IsEmpty)
        {
            return false;
        }

        read = new(new(sale));
        return true;
    }
}
