using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>What is told to the contract Tickets: each of these is a transaction.</summary>
public static class TicketsCalls
{
    internal static readonly AbiSignature CreateSaleFunction = new($"createSale({SaleTerms.Type},{Payee.Type}[])");
    internal static readonly AbiSignature BuyFunction = new("buy(uint256)");
    internal static readonly AbiSignature RedeemFunction = new($"redeem({Voucher.Type},bytes)");
    internal static readonly AbiSignature CancelNoncesFunction = new("cancelNonces(uint256,uint256)");
    internal static readonly AbiSignature PayTransferFeeFunction = new("payTransferFee(uint256)");
    internal static readonly AbiSignature ProveStartFunction = new($"proveStart(uint256,{LoggedEntry.Type})");
    internal static readonly AbiSignature StartMissedFunction = new("startMissed(uint256)");
    internal static readonly AbiSignature CancelFunction = new("cancel(uint256)");
    internal static readonly AbiSignature SettleFunction = new("settle(uint256)");
    internal static readonly AbiSignature RefundFunction = new("refund(uint256,address)");
    internal static readonly AbiSignature BurnFunction = new("burn(uint256)");
    internal static readonly AbiSignature ClaimOutagesFunction = new($"claimOutages(uint256,{LoggedEntry.Type},{LoggedGap.Type}[],address)");
    internal static readonly AbiSignature WithdrawFunction = new("withdraw(address,address)");

    /// <summary>What is put behind the contract's code to deploy it.</summary>
    public static byte[] Constructor(Address broadcastOwnership, Address checkpointAnchor) =>
        new AbiWriter().Add(broadcastOwnership).Add(checkpointAnchor).ToArray();

    /// <summary>Opens a sale. By the owner of the broadcast's token.</summary>
    public static byte[] CreateSale(SaleTerms terms, IReadOnlyList<Payee> payees) =>
        CreateSaleFunction.Call(new AbiWriter().AddTuple(terms.ToTuple()).AddArray([.. payees.Select(static p => p.ToTuple())]));

    /// <summary>Buys a ticket for the sender.</summary>
    public static byte[] Buy(SaleNumber sale) => BuyFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Buys a ticket for the voucher's buyer.</summary>
    public static byte[] Redeem(Voucher voucher, ReadOnlySpan<byte> signature) =>
        RedeemFunction.Call(new AbiWriter().AddTuple(voucher.ToTuple()).AddBytes(signature));

    /// <summary>Makes vouchers of the sender worthless.</summary>
    /// <param name="word">Which 256 nonces: those from word × 256 on.</param>
    /// <param name="mask">Which of them: nonce n is the bit n mod 256, counted from the right.</param>
    public static byte[] CancelNonces(UInt128 word, Bytes32 mask) => CancelNoncesFunction.Call(new AbiWriter().Add(word).Add(mask));

    /// <summary>Pays for the next transfer of a ticket.</summary>
    public static byte[] PayTransferFee(TicketNumber ticket) => PayTransferFeeFunction.Call(new AbiWriter().Add(ticket.Value));

    /// <summary>Shows that the broadcast started.</summary>
    public static byte[] ProveStart(SaleNumber sale, LoggedEntry started) => ProveStartFunction.Call(new AbiWriter().Add(sale.Value).AddTuple(started.ToTuple()));

    /// <summary>No start was shown in time: the money goes back.</summary>
    public static byte[] StartMissed(SaleNumber sale) => StartMissedFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>The broadcaster gives the money back.</summary>
    public static byte[] Cancel(SaleNumber sale) => CancelFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Credits the payees.</summary>
    public static byte[] Settle(SaleNumber sale) => SettleFunction.Call(new AbiWriter().Add(sale.Value));

    /// <summary>Gives a ticket back for its face value.</summary>
    public static byte[] Refund(TicketNumber ticket, Address to) => RefundFunction.Call(new AbiWriter().Add(ticket.Value).Add(to));

    /// <summary>Gives a ticket up for nothing.</summary>
    public static byte[] Burn(TicketNumber ticket) => BurnFunction.Call(new AbiWriter().Add(ticket.Value));

    /// <summary>Claims the part of the face value that outages took.</summary>
    /// <param name="ticket">The sender's.</param>
    /// <param name="session">Shows that the ticket was watching before the first of them.</param>
    /// <param name="gaps">In the order of time: what lies before the last one claimed is lost.</param>
    /// <param name="to">Who is paid.</param>
    public static byte[] ClaimOutages(TicketNumber ticket, LoggedEntry session, IReadOnlyList<LoggedGap> gaps, Address to) => ClaimOutagesFunction.Call(
        new AbiWriter().Add(ticket.Value).AddTuple(session.ToTuple()).AddArray([.. gaps.Select(static g => g.ToTuple())]).Add(to));

    /// <summary>Takes the sender's credit out.</summary>
    public static byte[] Withdraw(Address currency, Address to) => WithdrawFunction.Call(new AbiWriter().Add(currency).Add(to));
}
