using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A sale is open.</summary>
/// <param name="Sale">The sale.</param>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="Broadcaster">By whom.</param>
public readonly record struct SaleCreated(SaleNumber Sale, Guid Broadcast, Address Broadcaster)
{
    internal static readonly AbiSignature Signature = new("SaleCreated(uint256,bytes16,address)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out SaleCreated read)
    {
        read = default;
        if (!Signature.Names(topics, 3) || !AbiTopics.TryRead(topics[1], out UInt128 sale)
            || !AbiTopics.TryRead(topics[2], out Guid broadcast) || !AbiTopics.TryRead(topics[3], out Address broadcaster)
            || !data.IsEmpty)
        {
            return false;
        }

        read = new(new(sale), broadcast, broadcaster);
        return true;
    }
}
