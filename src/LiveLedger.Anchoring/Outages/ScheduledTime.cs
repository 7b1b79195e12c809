using LiveLedger.Anchoring.Sightings;

namespace LiveLedger.Anchoring.Outages;

/// <summary>A stretch of time in which something of a broadcast is due, by its sales.</summary>
internal readonly record struct ScheduledTime(DateTimeOffset Starts, DateTimeOffset Ends)
{
    /// <summary>Sales of one broadcast at whose limits outages are cut: each may make an outage two, and whoever has the broadcast's token opens as many sales as they like.</summary>
    public const int MostCut = 16;

    /// <summary>
    /// A broadcast's times by all its sales, cut where one begins or ends: the contract pays who had played before an outage began, so one that began before a sale did
    /// would be paid to nobody of that sale.
    /// </summary>
    /// <param name="sales">Terms of its sales, the oldest first; none with an end before its start.</param>
    /// <returns>One after the other, none of them empty; between them nothing is due.</returns>
    public static IReadOnlyList<ScheduledTime> Of(IEnumerable<SaleTerms> sales)
    {
        ScheduledTime[] due = [.. sales.Select(static t => new ScheduledTime(At(t.Starts), At(t.Ends)))];
        DateTimeOffset[] cuts =
        [
            .. due.Take(MostCut).SelectMany(static t => new[] { t.Starts, t.Ends })
                .Concat(due.Length > MostCut ? [due.Min(static t => t.Starts), due.Max(static t => t.Ends)] : []).Distinct().Order(),
        ];
        return
        [
            .. cuts.Zip(cuts.Skip(1), static (from, until) => new ScheduledTime(from, until)).Where(piece => due.Any(t => t.Starts < piece.Ends && piece.Starts < t.Ends)),
        ];
    }

    // The last second that a date of ours can be of; a sale may say any number.
    private static DateTimeOffset At(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253_402_300_799));
}
