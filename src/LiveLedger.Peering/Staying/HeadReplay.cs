namespace LiveLedger.Peering.Staying;

/// <summary>
/// Deals heads out in held-out history as a tracker does: each minute of a broadcast by chance among the steadier half of those who could be one. A head that leaves in that minute breaks a
/// transfer. The mean over the lots is computed, and not drawn.
/// </summary>
internal static class HeadReplay
{
    private const int MaxHeads = 8;

    // Of fewer there is no choice.
    private const int MinCandidates = 4;

    /// <summary>Heads that are dealt out.</summary>
    /// <param name="looks">With the broadcast that each is of.</param>
    public static double HeadsOf(IReadOnlyList<(int Broadcast, Look Look)> looks) => Minutes(looks).Sum(static m => (double)HeadsAmong(m.Count));

    /// <summary>Transfers that break, if this score says who is likelier to leave.</summary>
    public static double BrokenBy(IReadOnlyList<(int Broadcast, Look Look)> looks, double[] scores) => Minutes(looks).Sum(minute =>
    {
        var half = HalfOf(minute.Count);
        var (taken, left) = (0, 0.0);
        foreach (var equal in minute.GroupBy(n => scores[n]).OrderBy(static g => g.Key))
        {
            // At the border those who are equal share what is left of the half.
            var part = Math.Min(1, (half - taken) / (double)equal.Count());
            left += part * equal.Count(n => looks[n].Look.HasLeft);
            taken += equal.Count();
            if (taken >= half)
            {
                break;
            }
        }

        return HeadsAmong(minute.Count) * left / half;
    });

    private static int HalfOf(int count) => (count + 1) / 2;

    private static int HeadsAmong(int count) => Math.Min(MaxHeads, HalfOf(count));

    private static IEnumerable<List<int>> Minutes(IReadOnlyList<(int Broadcast, Look Look)> looks) => Enumerable.Range(0, looks.Count)
        .Where(n => looks[n].Look.Facts is { IsSharing: true, Links: > 0 })
        .GroupBy(n => (looks[n].Broadcast, looks[n].Look.Facts.At / 60_000))
        .Select(static g => g.ToList())
        .Where(static m => m.Count >= MinCandidates);
}
