using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>An account can withdraw more.</summary>
/// <param name="Account">Whose credit.</param>
/// <param name="Currency">Of what.</param>
/// <param name="Amount">How much more.</param>
public readonly record struct Credited(Address Account, Address Currency, UInt128 Amount)
{
    internal static readonly AbiSignature Signature = new("Credited(address,address,uint256)");

    /// <summary>The log's first topic.</summary>
    public static Bytes32 Topic => Signature.Topic;

    /// <summary>Reads a log; false if it is another event's, or malformed.</summary>
    public static bool TryRead(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data, out Credited read)
    {
        read = default;
        var words = new AbiReader(data);
        if (!Signature.Names(topics, 2) || !AbiTopics.TryRead(topics[1], out Address account)
            || !AbiTopics.TryRead(topics[2], out Address currency) || !words.TryTake(out UInt128 amount) || !words.AtEnd)
        {
            return false;
        }

        read = new(account, currency, amount);
        return true;
    }
}
