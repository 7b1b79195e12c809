using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>The next transfer of a ticket is paid for.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Payer">By whom.</param>
/// <param name="Amount">How much.</param>
public readonly record struct TransferFeePaid(TicketNumber Ticket, Address Payer, UInt128 Amount)
{
    internal static readonly AbiSignature Signature = new("TransferFeePaid(uint256,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out TransferFeePaid read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 ticket)
            || !AbiTopics.TryRead(topics[2], out Address payer) || !words.TryTake(out UInt128 amount) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(ticket), payer, amount);
        return true;
    }
}
