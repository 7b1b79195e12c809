using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>The errors that our contracts, and OpenZeppelin's below them, revert with.</summary>
internal static class ContractErrors
{
    public static IReadOnlyDictionary<uint, AbiSignature> BySelector { get; } = new string[]
    {
        // CheckpointAnchor
        "RootDiffers(uint64)",
        "RootIsZero()",
        "SizeIsZero()",
        "SizeMustGrow(uint64,uint64)",

        // BroadcastOwnership
        "AlreadyRegistered(uint256)",
        "AlreadySealed(uint256)",
        "IdentityRefused(bytes32)",
        "NotTheOwner(uint256,address)",
        "NothingToAccept(uint256)",
        "RoyaltyTooHigh(uint96)",

        // Tickets
        "CurrencyDiffers(address)",
        "CurrencyRefused(address)",
        "CurrencyTookMore(address)",
        "EntryDiffers(uint64)",
        "EscrowExceeded(uint256)",
        "LogMissing()",
        "MalformedEntry()",
        "MalformedGap()",
        "MalformedHex()",
        "NoTransferFeeDue(uint256)",
        "NonceUsed(address,uint256)",
        "NotInTheLog(uint64,uint64)",
        "NotTheBroadcaster(address)",
        "NotTheHolder(uint256,address)",
        "NothingArrived(address)",
        "NothingOwed(uint256)",
        "NothingToWithdraw()",
        "PayeesRefused()",
        "PayloadDiffers(uint64)",
        "PaymentFailed(address)",
        "RecipientRefused(address)",
        "SaleClosed(uint256)",
        "SaleIs(uint256,uint8)",
        "SaleNotOpen(uint256)",
        "SaleUnknown(uint256)",
        "ScheduleRefused()",
        "SessionNotBefore(uint64,uint64)",
        "SignatureRefused(address)",
        "SoldOut(uint256)",
        "StartedTooEarly(uint64)",
        "SupplyIsZero()",
        "TooEarly(uint256,uint64)",
        "TooLate(uint256,uint64)",
        "TooManyGaps(uint256)",
        "TransferFeeUnpaid(uint256,uint256)",
        "TransferRulesRefused()",
        "TransfersForbidden(uint256)",
        "VoucherExpired(uint64)",
        "VoucherNeeded(uint256)",
        "WrongValue(uint256,uint256)",

        // OpenZeppelin
        "ERC2981InvalidDefaultRoyalty(uint256,uint256)",
        "ERC2981InvalidDefaultRoyaltyReceiver(address)",
        "ERC2981InvalidTokenRoyalty(uint256,uint256,uint256)",
        "ERC2981InvalidTokenRoyaltyReceiver(uint256,address)",
        "ERC721IncorrectOwner(address,uint256,address)",
        "ERC721InsufficientApproval(address,uint256)",
        "ERC721InvalidApprover(address)",
        "ERC721InvalidOperator(address)",
        "ERC721InvalidOwner(address)",
        "ERC721InvalidReceiver(address)",
        "ERC721InvalidSender(address)",
        "ERC721NonexistentToken(uint256)",
        "OwnableInvalidOwner(address)",
        "OwnableUnauthorizedAccount(address)",
        "InvalidShortString()",
        "ReentrancyGuardReentrantCall()",
        "SafeCastOverflowedUintDowncast(uint8,uint256)",
        "SafeERC20FailedOperation(address)",
    }.Select(static text => new AbiSignature(text)).ToDictionary(static s => s.Selector);
}
