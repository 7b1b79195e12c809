using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>The payees of a sale are credited.</summary>
/// <param name="Sale">The sale.</param>
/// <param name="Proceeds">With how much in all.</param>
public readonly record struct SaleSettled(SaleNumber Sale, UInt128 Proceeds)
{
    internal static readonly AbiSignature Signature = new("SaleSettled(uint256,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out SaleSettled read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 1) || !AbiTopics.TryRead(topics[1], out UInt128 sale)
            || !words.TryTake(out UInt128 proceeds) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(sale), proceeds);
        return true;
    }
}
