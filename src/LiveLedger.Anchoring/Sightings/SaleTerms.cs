namespace LiveLedger.Anchoring.Sightings;

/// <summary>What a sale has fixed for good, as its contract answers. Times in Unix seconds.</summary>
/// <param name="Origin">SHA-256 of the name of the log that counts, <c>0x…</c>.</param>
/// <param name="Submitter">Whose anchors of it count.</param>
/// <param name="Currency">The ERC-20's address; zero for the native coin.</param>
/// <param name="Price">In the currency's smallest unit, decimal.</param>
/// <param name="Supply">Tickets there are at most.</param>
/// <param name="SaleOpens">From when on they are sold.</param>
/// <param name="SaleCloses">Until when.</param>
/// <param name="Starts">The broadcast's scheduled start.</param>
/// <param name="StartDeadline">By when it must be shown to have begun.</param>
/// <param name="Ends">Its scheduled end.</param>
/// <param name="ClaimDeadline">Until when outages are claimed; the payees are paid afterwards.</param>
/// <param name="Transfers">0 never, 1 until the start, 2 always.</param>
/// <param name="TransferFee">Of the face value, in ten-thousandths.</param>
/// <param name="VoucherOnly">True if every buyer needs the broadcaster's voucher.</param>
internal sealed record SaleTerms(
    string Origin, string Submitter, string Currency, string Price, uint Supply, ulong SaleOpens, ulong SaleCloses, ulong Starts, ulong StartDeadline, ulong Ends,
    ulong ClaimDeadline, byte Transfers, ushort TransferFee, bool VoucherOnly);
