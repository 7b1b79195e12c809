using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// When the keys of a period may leave: before its first segment can be had, so that playback goes on, and as late as that allows, so that who
/// is revoked has no keys in store. Each playback has its own moment, or all would ask in the same second.
/// </summary>
internal static class KeyRelease
{
    /// <summary>Most seconds before the period; half a period if that is less.</summary>
    public const double MaxLeadSeconds = 60;

    /// <summary>How far behind the edge a player may be and still play what is live, in seconds of media.</summary>
    public const double LiveReachSeconds = 60;

    /// <summary>When a playback may have the keys of a period; null if nobody can say yet.</summary>
    /// <param name="length">How long a period is.</param>
    /// <param name="edge">How far the broadcast has come.</param>
    /// <param name="period">The period.</param>
    /// <param name="jitter">The playback's place, 0 to below 1.</param>
    public static DateTimeOffset? DueAt(KeyPeriodLength length, MediaEdge? edge, ulong period, double jitter)
    {
        if (period == 0)
        {
            return DateTimeOffset.MinValue;
        }

        if (length.Seconds is not { } seconds || edge is not { } known)
        {
            return null;
        }

        var ahead = length.StartOf(period) - known.EndSeconds;
        var lead = Math.Min(seconds / 2.0, MaxLeadSeconds);
        // A quarter of a period at most: the last playback still asks a quarter before the period begins.
        var wait = ahead - lead + jitter * lead / 2;
        // Farther than a clock goes is not known either.
        return wait > TimeSpan.FromDays(3650).TotalSeconds ? null : known.At + TimeSpan.FromSeconds(wait);
    }

    /// <summary>True if a period is what a live player plays now, false if it is what lies behind.</summary>
    public static bool IsLive(KeyPeriodLength length, MediaEdge? edge, ulong period) =>
        length.Seconds is null || edge is not { } known || length.StartOf(period) + length.Seconds.Value > known.EndSeconds - LiveReachSeconds;
}
