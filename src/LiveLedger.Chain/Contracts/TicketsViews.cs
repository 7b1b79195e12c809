using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>What is asked of the contract Tickets, and its answers of a single word.</summary>
public static class TicketsViews
{
    internal static readonly AbiSignature StateOfFunction = new("stateOf(uint256)");
    internal static readonly AbiSignature EscrowOfFunction = new("escrowOf(uint256)");
    internal static readonly AbiSignature TermsOfFunction = new("termsOf(uint256)");
    internal static readonly AbiSignature PayeesOfFunction = new("payeesOf(uint256)");
    internal static readonly AbiSignature TicketOfFunction = new("ticketOf(uint256)");
    internal static readonly AbiSignature SoldOfFunction = new("soldOf(uint256)");
    internal static readonly AbiSignature NonceUsedFunction = new("nonceUsed(address,uint256)");
    internal static readonly AbiSignature CreditOfFunction = new("creditOf(address,address)");
    internal static readonly AbiSignature TransferFeeOfFunction = new("transferFeeOf(uint256)");
    internal static readonly AbiSignature OwnershipFunction = new("ownership()");
    internal static readonly AbiSignature AnchorFunction = new("anchor()");
    internal static readonly AbiSignature VoucherHashFunction = new($"voucherHash({Voucher.Type})");

    /// <summary>Asks for the state: <see cref="TryReadState"/>.</summary>
    public static byte[] StateOf(SaleNumber sale) => StateOfFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Asks for what the sale still holds: <see cref="TryReadAmount"/>.</summary>
    public static byte[] EscrowOf(SaleNumber sale) => EscrowOfFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Asks for the terms: <see cref="SaleTerms.TryRead"/>.</summary>
    public static byte[] TermsOf(SaleNumber sale) => TermsOfFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Asks for the payees: <see cref="Payee.TryRead"/>.</summary>
    public static byte[] PayeesOf(SaleNumber sale) => PayeesOfFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Asks for a ticket: <see cref="TicketFacts.TryRead"/>.</summary>
    public static byte[] TicketOf(TicketNumber ticket) => TicketOfFunction.Call(new AbiWriter().Add(ticket.Value));

    /// <summary>Asks how many tickets were sold: <see cref="TryReadAmount"/>.</summary>
    public static byte[] SoldOf(SaleNumber sale) => SoldOfFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Asks whether a signer's nonce is used or cancelled: <see cref="TryReadTruth"/>.</summary>
    public static byte[] NonceUsed(Address signer, UInt128 nonce) => NonceUsedFunction.Call(new AbiWriter().Add(signer).Add(nonce));

    /// <summary>Asks what an account can withdraw: <see cref="TryReadAmount"/>.</summary>
    public static byte[] CreditOf(Address account, Address currency) => CreditOfFunction.Call(new AbiWriter().Add(account).Add(currency));

    /// <summary>Asks what a transfer of the ticket costs: <see cref="TryReadAmount"/>.</summary>
    public static byte[] TransferFeeOf(TicketNumber ticket) => TransferFeeOfFunction.Call(new AbiWriter().Add(ticket.Value));

    /// <summary>Asks for the contract BroadcastOwnership that counts: <see cref="Erc721Calls.TryReadAddress"/>.</summary>
    public static byte[] Ownership() => OwnershipFunction.Call(new AbiWriter());

    /// <summary>Asks for the contract CheckpointAnchor that counts: <see cref="Erc721Calls.TryReadAddress"/>.</summary>
    public static byte[] Anchor() => AnchorFunction.Call(new AbiWriter());

    /// <summary>Asks what a broadcaster signs for a voucher: <see cref="TryReadHash"/>.</summary>
    public static byte[] VoucherHash(Voucher voucher) => VoucherHashFunction.Call(new AbiWriter().AddTuple(voucher.ToTuple()));

    /// <summary>Reads a state.</summary>
    public static bool TryReadState(ReadOnlySpan<byte> answer, out SaleState state)
    {
        var words = new AbiReader(answer);
        var read = words.TryTake((UInt128)(uint)SaleState.Settled, out var value) & words.AtEnd;
        state = read ? (SaleState)(int)value : default;
        return read;
    }

    /// <summary>Reads a number of at most 128 bits.</summary>
    public static bool TryReadAmount(ReadOnlySpan<byte> answer, out UInt128 amount)
    {
        var words = new AbiReader(answer);
        return words.TryTake(out amount) & words.AtEnd;
    }

    /// <summary>Reads yes or no.</summary>
    public static bool TryReadTruth(ReadOnlySpan<byte> answer, out bool truth)
    {
        var words = new AbiReader(answer);
        return words.TryTake(out truth) & words.AtEnd;
    }

    /// <summary>Reads a hash.</summary>
    public static bool TryReadHash(ReadOnlySpan<byte> answer, out Bytes32 hash)
    {
        var words = new AbiReader(answer);
        return words.TryTake(out hash) & words.AtEnd;
    }
}
