using LiveLedger.Chain;
using LiveLedger.Chain.Abi;
using LiveLedger.Chain.Contracts;
using LiveLedger.Cryptography;

namespace LiveLedger.Fuzz.Targets.Chain;

/// <summary>Logs and answers of a node: what is read has one form. Reasons of reverted calls are short and printable.</summary>
internal static class ContractDataTarget
{
    private delegate byte[]? Rewrite(ReadOnlySpan<Bytes32> topics, ReadOnlySpan<byte> data);

    private static readonly Address s_account = new(Convert.FromHexString("a11c0000000000000000000000000000000000c7"));

    private static readonly Rewrite[] s_events =
    [
        static (t, d) => CheckpointAnchored.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.Submitter).Add(e.Origin.Value).Add(e.Head.Size.Value).Add(e.Head.Root.Value)) : null,
        static (t, d) => SaleCreated.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.Sale.Value).Add(e.Broadcast).Add(e.Broadcaster)) : null,
        static (t, d) => TicketBought.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.Ticket.Value).Add(e.Sale.Value).Add(e.Buyer).Add(e.Face)) : null,
        static (t, d) => SaleRefunding.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.Sale.Value).Add(e.Cancelled)) : null,
        static (t, d) => OutagePaid.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.Ticket.Value).Add(e.Holder).Add(e.Amount).Add(e.Until)) : null,
        static (t, d) => TokenTransferred.TryRead(t, d, out var e) ? Log(new AbiWriter().Add(e.From).Add(e.To).Add(e.Token)) : null,
    ];

    /// <summary>The first byte says how many topics follow, then the data.</summary>
    public static FuzzTarget CreateLogs() => new("contract-log",
    [
        [3, .. CheckpointAnchored.Topic.ToArray(), .. Log(new AbiWriter().Add(s_account).Add(default(Bytes32)).Add(5UL).Add(default(Bytes32)))],
        [4, .. SaleCreated.Topic.ToArray(), .. Log(new AbiWriter().Add(1UL).Add(Guid.Empty).Add(s_account))],
        [4, .. TicketBought.Topic.ToArray(), .. Log(new AbiWriter().Add(1UL).Add(2UL).Add(s_account).Add(UInt128.MaxValue))],
        [2, .. SaleRefunding.Topic.ToArray(), .. Log(new AbiWriter().Add(1UL).Add(true))],
        [3, .. OutagePaid.Topic.ToArray(), .. Log(new AbiWriter().Add(1UL).Add(s_account).Add(7UL).Add(8UL))],
        [4, .. TokenTransferred.Topic.ToArray(), .. Log(new AbiWriter().Add(s_account).Add(s_account).Add(1UL))],
    ], static input =>
    {
        if (input.IsEmpty || input[0] > 8 || input.Length < 1 + input[0] * 32)
        {
            return;
        }

        var topics = new Bytes32[input[0]];
        for (var i = 0; i < topics.Length; i++)
        {
            topics[i] = new(input.Slice(1 + i * 32, 32));
        }

        var data = input[(1 + topics.Length * 32)..];
        foreach (var rewrite in s_events)
        {
            if (rewrite(topics, data) is { } words && !input[33..].SequenceEqual(words))
            {
                throw new FuzzException("a log has two forms");
            }
        }
    });

    public static FuzzTarget CreateAnswers() => new("contract-answer",
    [
        new byte[15 * 32], [.. AbiWords.Of((UInt128)32), .. AbiWords.Of((UInt128)1), .. AbiWords.Of(s_account), .. AbiWords.Of((UInt128)10_000)],
        new AbiSignature("Error(string)").Call(new AbiWriter().AddText("not yours")), new AbiSignature("SizeMustGrow(uint64,uint64)").Call(new AbiWriter().Add(2UL).Add(1UL)),
    ], static input =>
    {
        if (SaleTerms.TryRead(input, out var terms) && !input.SequenceEqual(terms.ToTuple().ToArray()))
        {
            throw new FuzzException("terms have two forms");
        }

        if (Payee.TryRead(input, out var payees) && !input.SequenceEqual(new AbiWriter().AddArray([.. payees.Select(static p => p.ToTuple())]).ToArray()))
        {
            throw new FuzzException("payees have two forms");
        }

        var line = RevertReason.Describe(input);
        if (line.Length is 0 or > RevertReason.MaxLength || line.Any(char.IsControl))
        {
            throw new FuzzException("a reason is long or not printable");
        }
    });

    private static byte[] Log(AbiWriter words) => words.ToArray();
}
