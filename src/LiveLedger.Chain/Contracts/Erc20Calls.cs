using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>What a sale's currency answers to, where that is no chain's own coin (ERC-20).</summary>
public static class Erc20Calls
{
    internal static readonly AbiSignature ApproveFunction = new("approve(address,uint256)");

    /// <summary>Lets a contract take so much of the sender's, and no more.</summary>
    public static byte[] Approve(Address spender, UInt128 amount) => ApproveFunction.Call(new AbiWriter().Add(spender).Add(amount));
}
