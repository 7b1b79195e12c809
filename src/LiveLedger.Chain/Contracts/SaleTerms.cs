using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>When a ticket may change hands.</summary>
public enum TicketTransfers
{
    /// <summary>Never.</summary>
    Never = 0,

    /// <summary>Until the broadcast starts.</summary>
    UntilStart = 1,

    /// <summary>Always.</summary>
    Always = 2,
}

/// <summary>What a sale fixes for good (<c>Terms</c>). Times are Unix seconds.</summary>
public sealed record SaleTerms
{
    internal const string Type = "(bytes16,bytes32,address,address,uint128,uint32,uint64,uint64,uint64,uint64,uint64,uint64,uint8,uint16,bool)";

    /// <summary>What is sold.</summary>
    public required Guid Broadcast { get; init; }

    /// <summary>Of which log entries count: SHA-256 of its name.</summary>
    public required Sha256Hash Origin { get; init; }

    /// <summary>Whose anchors of that log count.</summary>
    public required Address Submitter { get; init; }

    /// <summary>An ERC-20, or <see cref="Address.Zero"/> for the native coin.</summary>
    public required Address Currency { get; init; }

    /// <summary>In the currency's smallest unit.</summary>
    public required UInt128 Price { get; init; }

    /// <summary>How many tickets there are.</summary>
    public required uint Supply { get; init; }

    /// <summary>From when on tickets are sold.</summary>
    public required ulong SaleOpens { get; init; }

    /// <summary>Until when.</summary>
    public required ulong SaleCloses { get; init; }

    /// <summary>The scheduled start.</summary>
    public required ulong Starts { get; init; }

    /// <summary>Without a proven start until then, the money goes back.</summary>
    public required ulong StartDeadline { get; init; }

    /// <summary>The scheduled end.</summary>
    public required ulong Ends { get; init; }

    /// <summary>Until when outages are claimed; then the payees are paid.</summary>
    public required ulong ClaimDeadline { get; init; }

    /// <summary>When a ticket may change hands.</summary>
    public required TicketTransfers Transfers { get; init; }

    /// <summary>What that costs, in 1/10000 of the face value.</summary>
    public required ushort TransferFee { get; init; }

    /// <summary>Sold to holders of vouchers alone.</summary>
    public required bool VoucherOnly { get; init; }

    /// <summary>Reads the answer to <see cref="TicketsViews.TermsOf"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> answer, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SaleTerms? terms)
    {
        var words = new AbiReader(answer);
        terms = null;
        if (!words.TryTake(out Guid broadcast) || !words.TryTake(out Bytes32 origin) || !words.TryTake(out Address submitter)
            || !words.TryTake(out Address currency) || !words.TryTake(out UInt128 price) || !words.TryTake(out uint supply)
            || !words.TryTake(out ulong saleOpens) || !words.TryTake(out ulong saleCloses) || !words.TryTake(out ulong starts)
            || !words.TryTake(out ulong startDeadline) || !words.TryTake(out ulong ends) || !words.TryTake(out ulong claimDeadline)
            || !words.TryTake(out byte transfers) || transfers > (byte)TicketTransfers.Always
            || !words.TryTake(out ushort transferFee) || !words.TryTake(out bool voucherOnly) || !words.AtEnd)
        {
            return false;
        }

        terms = new()
        {
            Broadcast = broadcast,
            Origin = new(origin),
            Submitter = submitter,
            Currency = currency,
            Price = price,
            Supply = supply,
            SaleOpens = saleOpens,
            SaleCloses = saleCloses,
            Starts = starts,
            StartDeadline = startDeadline,
            Ends = ends,
            ClaimDeadline = claimDeadline,
            Transfers = (TicketTransfers)transfers,
            TransferFee = transferFee,
            VoucherOnly = voucherOnly,
        };
        return true;
    }

    internal AbiWriter ToTuple() => new AbiWriter()
        .Add(Broadcast).Add(Origin.Value).Add(Submitter).Add(Currency).Add(Price).Add(Supply)
        .Add(SaleOpens).Add(SaleCloses).Add(Starts).Add(StartDeadline).Add(Ends).Add(ClaimDeadline)
        .Add((UInt128)(uint)Transfers).Add(TransferFee).Add(VoucherOnly);
}
