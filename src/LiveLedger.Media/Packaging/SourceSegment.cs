namespace LiveLedger.Media.Packaging;

/// <summary>What ingest decides by, read from a source segment without packaging it.</summary>
/// <param name="DecodeTime">tfdt of the first sample, in ticks of the track's timescale.</param>
/// <param name="Duration">Sum over the segment in ticks, above 0.</param>
/// <param name="SampleCount">Number of samples, above 0.</param>
/// <param name="StartsWithSync">The first sample is a sync sample by its flags.</param>
/// <param name="ByteLength">Length of the source segment in bytes.</param>
/// <param name="IsLast">styp has the brand lmsg: the publisher says that this is the last segment.</param>
public readonly record struct SourceSegment(
    ulong DecodeTime, uint Duration, int SampleCount, bool StartsWithSync, int ByteLength, bool IsLast);
