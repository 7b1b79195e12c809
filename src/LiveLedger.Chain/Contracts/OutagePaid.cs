using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>An outage was paid for.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Holder">Who has it.</param>
/// <param name="Amount">What was paid.</param>
/// <param name="Until">Up to when outages are claimed now, Unix milliseconds.</param>
public readonly record struct OutagePaid(TicketNumber Ticket, Address Holder, UInt128 Amount, ulong Until)
{
    internal static readonly AbiSignature Signature = new("OutagePaid(uint256,address,uint256,uint64)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out OutagePaid read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 ticket)
            || !AbiTopics.TryRead(topics[2], out Address holder) || !words.TryTake(out UInt128 amount)
            || !words.TryTake(out ulong until) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(ticket), holder, amount, until);
        return true;
    }
}
