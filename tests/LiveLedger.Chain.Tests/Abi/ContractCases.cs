using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Abi;

/// <summary>Random values of the contracts' own types.</summary>
internal static class ContractCases
{
    public static LoggedEntry Entry(RandomValues random) =>
        new(new(random.Long()), new(random.Long()), random.Bytes(random.Length(100)), [.. Enumerable.Range(0, random.Length(4)).Select(_ => random.Word())]);

    public static object[] ForEthers(this LoggedEntry entry) =>
        [entry.Size.Value.ForEthers(), entry.Index.Value.ForEthers(), entry.Entry.ForEthers(), entry.Path.Select(static h => h.ForEthers()).ToArray()];

    public static IReadOnlyList<LoggedGap> Gaps(RandomValues random) =>
        [.. Enumerable.Range(0, random.Length(3)).Select(_ => new LoggedGap(Entry(random), random.Half(), random.Bytes(random.Length(80))))];

    public static object[] ForEthers(this LoggedGap gap) => [gap.Entry.ForEthers(), gap.Salt.ForEthers(), gap.Payload.ForEthers()];

    public static SaleTerms Terms(RandomValues random) => new()
    {
        Broadcast = random.Half(),
        Origin = new(random.Word()),
        Submitter = random.Account(),
        Currency = random.Account(),
        Price = random.Number(UInt128.MaxValue),
        Supply = (uint)random.Number(uint.MaxValue),
        SaleOpens = random.Long(),
        SaleCloses = random.Long(),
        Starts = random.Long(),
        StartDeadline = random.Long(),
        Ends = random.Long(),
        ClaimDeadline = random.Long(),
        Transfers = (TicketTransfers)random.Length(2),
        TransferFee = (ushort)random.Number(ushort.MaxValue),
        VoucherOnly = random.Truth(),
    };

    public static object[] ForEthers(this SaleTerms terms) =>
    [
        terms.Broadcast.ForEthers(), terms.Origin.ForEthers(), terms.Submitter.ForEthers(), terms.Currency.ForEthers(), terms.Price.ForEthers(),
        terms.Supply, terms.SaleOpens.ForEthers(), terms.SaleCloses.ForEthers(), terms.Starts.ForEthers(),
        terms.StartDeadline.ForEthers(), terms.Ends.ForEthers(), terms.ClaimDeadline.ForEthers(), (int)terms.Transfers, terms.TransferFee, terms.VoucherOnly,
    ];

    public static IReadOnlyList<Payee> Payees(RandomValues random) =>
        [.. Enumerable.Range(0, random.Length(Payee.Max)).Select(_ => new Payee(random.Account(), (ushort)random.Number(ushort.MaxValue)))];

    public static object[][] ForEthers(this IReadOnlyList<Payee> payees) => [.. payees.Select(static p => new object[] { p.To.ForEthers(), p.Share })];

    public static Voucher Voucher(RandomValues random) => new(
        new(random.Number(UInt128.MaxValue)), random.Account(), random.Account(), random.Number(UInt128.MaxValue), random.Number(UInt128.MaxValue), random.Long());

    public static object[] ForEthers(this Voucher voucher) =>
    [
        voucher.Sale.Value.ForEthers(), voucher.Buyer.ForEthers(), voucher.Currency.ForEthers(), voucher.Price.ForEthers(),
        voucher.Nonce.ForEthers(), voucher.Deadline.ForEthers(),
    ];
}
