using LiveLedger.Broadcasting.Origin;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>Where a segment lies on its track, beside what is sealed already.</summary>
internal static class Placement
{
    /// <summary>A segment may begin this much before the last one ended (encoders round), in parts of a second.</summary>
    private const uint OverlapPerSecond = 10;

    /// <summary>How much faster than the clock a publisher may be, in seconds.</summary>
    private const double AheadSeconds = 60;

    /// <summary>True if the segment begins after the last one began, and not before it ended but for an encoder's rounding.</summary>
    public static bool Follows(TrackRecording track, in SourceSegment segment, RunningEpoch running) =>
        track.Last is not { } last || Follows(last, segment.DecodeTime + running.OffsetTicks, running.Packager.Description.Timescale);

    /// <summary>The same for a decode time on the broadcast's timeline.</summary>
    public static bool Follows(in SealedSegment last, ulong placed, uint timescale) =>
        // Exact for any two timescales: seconds are compared as fractions.
        (UInt128)placed * last.Timescale > (UInt128)last.DecodeTime * timescale
        && ((UInt128)placed + timescale / OverlapPerSecond) * last.Timescale >= (UInt128)last.EndTime * timescale;

    /// <summary>True if the segment is farther ahead of the last one than the time that has passed since: a broken clock, which would take the live edge with it.</summary>
    public static bool IsTooFarAhead(TrackRecording track, in SourceSegment segment, RunningEpoch running, DateTimeOffset now) =>
        track.Last is { } last
        && (segment.DecodeTime + running.OffsetTicks) / (double)running.Packager.Description.Timescale - last.EndSeconds
            > (now - last.SealedAt).TotalSeconds + AheadSeconds;
}
