using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>The errors that our contracts, and OpenZeppelin's below them, revert with.</summary>
internal static class ContractErrors
{
    public static IReadOnlyDictionary<uint, AbiSignature> BySelector { get; } = new string[]
    {
        // CheckpointAnchor
        "SizeMustGrow(uint64,uint64)",
        "RootDiffers(uint64)",

        // OpenZeppelin: ERC721, Ownable, ReentrancyGuard, SafeERC20
        "ERC721NonexistentToken(uint256)",
        "ERC721IncorrectOwner(address,uint256,address)",
        "ERC721InsufficientApproval(address,uint256)",
        "ERC721InvalidSender(address)",
        "ERC721InvalidReceiver(address)",
        "ERC721InvalidApprover(address)",
        "ERC721InvalidOperator(address)",
        "ERC721InvalidOwner(address)",
        "OwnableUnauthorizedAccount(address)",
        "OwnableInvalidOwner(address)",
        "ReentrancyGuardReentrantCall()",
        "SafeERC20FailedOperation(address)",
    }.Select(static text => new AbiSignature(text)).ToDictionary(static s => s.Selector);
}
