using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>The money of a sale goes back.</summary>
/// <param name="Sale">The sale.</param>
/// <param name="Cancelled">By the broadcaster; otherwise the start was missed.</param>
public readonly record struct SaleRefunding(SaleNumber Sale, bool Cancelled)
{
    internal static readonly AbiSignature Signature = new("SaleRefunding(uint256,bool)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out SaleRefunding read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 1) || !AbiTopics.TryRead(topics[1], out UInt128 sale)
            || !words.TryTake(out bool cancelled) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(sale), cancelled);
        return true;
    }
}
