using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>What a publisher's segment must be before it is taken (DASH-IF Live Media Ingest §6, and our bounds on every number).</summary>
internal static class SourceRules
{
    /// <summary>Shortest and longest segment in seconds. The product promises 1 to 6 s; the last of a run may be shorter, and audio segments are uneven.</summary>
    private const double MaxSeconds = 10;

    /// <summary>Decode times count from the publisher's start or from 1970; nothing honest is later than this many seconds.</summary>
    private const double MaxDecodeSeconds = 5e9;

    public static Refusal? Check(in SourceSegment segment, uint timescale)
    {
        if (!segment.StartsWithSync)
        {
            return new(400, "segment-not-independent", "A segment must begin with a key frame; set the encoder's GOP to the segment duration.");
        }

        if (segment.Duration == 0 || segment.Duration / (double)timescale > MaxSeconds)
        {
            return new(400, "segment-duration", $"A segment lasts more than 0 and at most {MaxSeconds} s; this one says {segment.Duration / (double)timescale:0.###} s.");
        }

        return segment.DecodeTime / (double)timescale > MaxDecodeSeconds
            ? new(400, "decode-time-out-of-range", "The decode time (tfdt) is beyond any clock.")
            : null;
    }
}
