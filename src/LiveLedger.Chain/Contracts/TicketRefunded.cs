using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A ticket was given back.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Holder">Who had it.</param>
/// <param name="Amount">What was paid.</param>
public readonly record struct TicketRefunded(TicketNumber Ticket, Address Holder, UInt128 Amount)
{
    internal static readonly AbiSignature Signature = new("TicketRefunded(uint256,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out TicketRefunded read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 ticket)
            || !AbiTopics.TryRead(topics[2], out Address holder) || !words.TryTake(out UInt128 amount) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(ticket), holder, amount);
        return true;
    }
}
