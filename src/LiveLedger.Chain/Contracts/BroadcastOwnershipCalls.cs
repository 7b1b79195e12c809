using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>What is asked of the contract BroadcastOwnership.</summary>
public static class BroadcastOwnershipCalls
{
    internal static readonly AbiSignature RegisterFunction = new("register(bytes16,bytes32,address,address,uint96)");
    internal static readonly AbiSignature SealFunction = new("seal(uint256,bytes32)");
    internal static readonly AbiSignature AcceptHandOverFunction = new("acceptHandOver(uint256,bytes32)");
    internal static readonly AbiSignature FactsFunction = new("facts(uint256)");
    internal static readonly AbiSignature RegistrarFunction = new("owner()");

    /// <summary>The largest royalty, in 1/10000 of the price.</summary>
    public const int MaxRoyalty = 2500;

    /// <summary>What is put behind the contract's code to deploy it.</summary>
    public static byte[] Constructor(Address registrar) => new AbiWriter().Add(registrar).ToArray();

    /// <summary>Makes a broadcast's token. By the registrar, once.</summary>
    /// <param name="broadcast">Whose token.</param>
    /// <param name="identity">The broadcaster's identity key.</param>
    /// <param name="owner">Who gets the token.</param>
    /// <param name="royaltyReceiver">Who gets the royalty.</param>
    /// <param name="royalty">In 1/10000 of the price, at most <see cref="MaxRoyalty"/>.</param>
    public static byte[] Register(Guid broadcast, Bytes32 identity, Address owner, Address royaltyReceiver, int royalty)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(royalty);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(royalty, MaxRoyalty);
        return RegisterFunction.Call(new AbiWriter().Add(broadcast).Add(identity).Add(owner).Add(royaltyReceiver).Add((UInt128)(uint)royalty));
    }

    /// <summary>Binds what was broadcast. By the registrar, once.</summary>
    public static byte[] Seal(OwnershipToken token, Bytes32 contentRoot) => SealFunction.Call(new AbiWriter().Add(token.Value).Add(contentRoot));

    /// <summary>The new owner takes over, and names its identity key.</summary>
    public static byte[] AcceptHandOver(OwnershipToken token, Bytes32 identity) => AcceptHandOverFunction.Call(new AbiWriter().Add(token.Value).Add(identity));

    /// <summary>Asks for all that the token binds.</summary>
    public static byte[] Facts(OwnershipToken token) => FactsFunction.Call(new AbiWriter().Add(token.Value));

    /// <summary>Asks for the registrar: <see cref="Erc721Calls.TryReadAddress"/>.</summary>
    public static byte[] Registrar() => RegistrarFunction.Call(new AbiWriter());
}
