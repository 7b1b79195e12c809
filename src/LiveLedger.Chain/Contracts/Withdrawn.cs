using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>An account took its credit out.</summary>
/// <param name="Account">Whose credit.</param>
/// <param name="Currency">Of what.</param>
/// <param name="To">Who got it.</param>
/// <param name="Amount">How much.</param>
public readonly record struct Withdrawn(Address Account, Address Currency, Address To, UInt128 Amount)
{
    internal static readonly AbiSignature Signature = new("Withdrawn(address,address,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out Withdrawn read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out Address account)
            || !AbiTopics.TryRead(topics[2], out Address currency) || !words.TryTake(out Address to)
            || !words.TryTake(out UInt128 amount) || !words.AtEnd)
        {
            return false;
        }

        read = new(account, currency, to, amount);
        return true;
    }
}
