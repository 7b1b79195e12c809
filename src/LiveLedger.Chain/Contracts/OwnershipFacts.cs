using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>What a broadcast's token binds.</summary>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Identity">The identity key of who controls it.</param>
/// <param name="ContentRoot">What was broadcast; zeros before the seal.</param>
/// <param name="Controller">Who registered it, or whose hand-over was accepted last: not always the token's owner.</param>
public readonly record struct OwnershipFacts(Guid Broadcast, Bytes32 Identity, Bytes32 ContentRoot, Address Controller)
{
    /// <summary>Reads the answer to <see cref="BroadcastOwnershipCalls.Facts"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> answer, out OwnershipFacts facts)
    {
        var words = new AbiReader(answer);
        var read = words.TryTake(out Guid broadcast) & words.TryTake(out Bytes32 identity) & words.TryTake(out Bytes32 root)
            & words.TryTake(out Address controller) & words.AtEnd;
        facts = read ? new(broadcast, identity, root, controller) : default;
        return read;
    }
}
