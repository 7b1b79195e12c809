using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A ticket was bought.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Sale">Of which sale.</param>
/// <param name="Buyer">Who got it.</param>
/// <param name="Face">What came in for it.</param>
public readonly record struct TicketBought(TicketNumber Ticket, SaleNumber Sale, Address Buyer, UInt128 Face)
{
    internal static readonly AbiSignature Signature = new("TicketBought(uint256,uint256,address,uint128)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out TicketBought read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 3) || !AbiTopics.TryRead(topics[1], out UInt128 ticket)
            || !AbiTopics.TryRead(topics[2], out UInt128 sale) || !AbiTopics.TryRead(topics[3], out Address buyer)
            || !words.TryTake(out UInt128 face) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(ticket), new(sale), buyer, face);
        return true;
    }
}
