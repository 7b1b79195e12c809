using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>A ticket was bought with a voucher.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Signer">Whose voucher.</param>
/// <param name="Nonce">Its nonce: who signs takes any of 256 bits, and nobody can be stopped from that.</param>
public readonly record struct VoucherRedeemed(TicketNumber Ticket, Address Signer, Bytes32 Nonce)
{
    internal static readonly AbiSignature Signature = new("VoucherRedeemed(uint256,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out VoucherRedeemed read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out UInt128 ticket)
            || !AbiTopics.TryRead(topics[2], out Address signer) || !words.TryTake(out Bytes32 nonce) || !words.AtEnd)
        {
            return false;
        }

        read = new(new(ticket), signer, nonce);
        return true;
    }
}
