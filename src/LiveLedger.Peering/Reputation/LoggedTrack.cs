namespace LiveLedger.Peering.Reputation;

/// <summary>A segment as it was logged.</summary>
/// <param name="Sequence">Its sequence.</param>
/// <param name="Run">The publisher's epoch.</param>
/// <param name="ByteLength">Its bytes.</param>
/// <param name="At">The log's time then, ms.</param>
internal readonly record struct LoggedSegment(uint Sequence, uint Run, int ByteLength, long At);

/// <summary>The newest segments of a track, and how many bytes of it were logged in each of the last epochs.</summary>
internal sealed class LoggedTrack
{
    public LoggedSegment[] Segments { get; } = new LoggedSegment[Formula.RingLength];

    public EpochSums Bytes { get; } = new();

    public uint Newest { get; set; }

    public void Add(LoggedSegment segment)
    {
        Segments[segment.Sequence % Formula.RingLength] = segment;
        Newest = Math.Max(Newest, segment.Sequence);
        Bytes.Add(segment.At / Formula.EpochLength, segment.ByteLength);
    }

    public bool TryFind(uint sequence, uint run, out LoggedSegment segment)
    {
        segment = Segments[sequence % Formula.RingLength];
        return segment.ByteLength > 0 && segment.Sequence == sequence && segment.Run == run && Newest - sequence < Formula.RingLength;
    }
}

/// <summary>Sums of the last sixteen epochs: more than any that still counts.</summary>
internal sealed class EpochSums
{
    public const int Length = 16;

    public long[] Epochs { get; } = new long[Length];

    public long[] Sums { get; } = new long[Length];

    public long Of(long epoch) => Epochs[epoch % Length] == epoch ? Sums[epoch % Length] : 0;

    public void Add(long epoch, long value)
    {
        var at = epoch % Length;
        if (Epochs[at] < epoch)
        {
            (Epochs[at], Sums[at]) = (epoch, 0);
        }

        if (Epochs[at] == epoch)
        {
            Sums[at] += value;
        }
    }
}
