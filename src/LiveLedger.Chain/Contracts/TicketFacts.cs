using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>What the contract knows of a ticket.</summary>
/// <param name="Sale">Of which sale.</param>
/// <param name="Face">What was paid for it.</param>
/// <param name="Paid">What outages paid back.</param>
/// <param name="ClaimedUntil">Up to when outages were claimed, Unix milliseconds.</param>
public readonly record struct TicketFacts(SaleNumber Sale, UInt128 Face, UInt128 Paid, ulong ClaimedUntil)
{
    /// <summary>Reads the answer to <see cref="TicketsViews.TicketOf"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> answer, out TicketFacts facts)
    {
        var words = new AbiReader(answer);
        var read = words.TryTake(out UInt128 sale) & words.TryTake(out UInt128 face) & words.TryTake(out UInt128 paid)
            & words.TryTake(out ulong claimedUntil) & words.AtEnd;
        facts = read ? new(new(sale), face, paid, claimedUntil) : default;
        return read;
    }
}
