namespace LiveLedger.Media.Protection;

/// <summary>
/// How long one content key of each class is in use, in seconds of media time. Period k holds the segments that start in
/// [k·P, (k+1)·P) of the broadcast's timeline, but for <see cref="LeadSeconds"/>: one rule for all tracks, from a segment's own start alone,
/// so that tracks change keys together in whichever order their segments arrive.
/// </summary>
public readonly record struct KeyPeriodLength
{
    /// <summary>Shortest, in seconds.</summary>
    public const int MinSeconds = 10;

    /// <summary>Longest, in seconds: a day. Above it there is <see cref="Whole"/>.</summary>
    public const int MaxSeconds = 86_400;

    /// <summary>A segment that starts this little before a period belongs to it: encoders cut tracks at the same time, and round.</summary>
    public const double LeadSeconds = 1.0 / LeadParts;

    private const uint LeadParts = 4;

    private KeyPeriodLength(int seconds) => Seconds = seconds;

    /// <summary>One key for the whole broadcast, in period 0.</summary>
    public static KeyPeriodLength Whole => default;

    /// <summary>The length in seconds; null for the whole broadcast.</summary>
    public int? Seconds { get; }

    /// <summary>Takes a length from outside: null for the whole broadcast, else 10 to 86,400 seconds.</summary>
    public static bool TryOf(long? seconds, out KeyPeriodLength length)
    {
        length = seconds is { } s and >= MinSeconds and <= MaxSeconds ? new((int)s) : Whole;
        return seconds is null or (>= MinSeconds and <= MaxSeconds);
    }

    /// <summary>The period of a segment.</summary>
    /// <param name="decodeTime">Its start on the broadcast's timeline, in ticks.</param>
    /// <param name="timescale">Ticks a second.</param>
    public ulong PeriodOf(ulong decodeTime, uint timescale) => Seconds is { } seconds
        // Exact for every timescale: (t + 1/4 s) / P as a fraction.
        ? (ulong)(((UInt128)decodeTime * LeadParts + timescale) / ((UInt128)timescale * LeadParts * (uint)seconds))
        : 0;

    /// <summary>Where a period begins on the timeline, in seconds; its first segment may start <see cref="LeadSeconds"/> earlier.</summary>
    public double StartOf(ulong period) => (double)period * (Seconds ?? 0);
}
