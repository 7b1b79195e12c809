using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>What both of our tokens answer to (ERC-721).</summary>
public static class Erc721Calls
{
    internal static readonly AbiSignature OwnerOfFunction = new("ownerOf(uint256)");
    internal static readonly AbiSignature TransferFromFunction = new("transferFrom(address,address,uint256)");

    /// <summary>Asks who has a token; reverts for one that nobody has.</summary>
    public static byte[] OwnerOf(UInt128 token) => OwnerOfFunction.Call(new AbiWriter().Add(token));

    /// <summary>Gives a token away.</summary>
    public static byte[] TransferFrom(Address from, Address to, UInt128 token) => TransferFromFunction.Call(new AbiWriter().Add(from).Add(to).Add(token));

    /// <summary>Reads the answer to <see cref="OwnerOf"/>, or any single address.</summary>
    public static bool TryReadAddress(ReadOnlySpan<byte> answer, out Address owner)
    {
        var words = new AbiReader(answer);
        return words.TryTake(out owner) & words.AtEnd;
    }
}
