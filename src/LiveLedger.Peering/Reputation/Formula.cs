using LiveLedger.Media.Chunks;

namespace LiveLedger.Peering.Reputation;

/// <summary>The numbers of the formula (docs/formats/standing.md). All of it is in whole numbers, so that everybody comes to the same: Q16, 65,536 being 1.</summary>
public static class Formula
{
    /// <summary>The version, as the log has it. Other numbers are another version.</summary>
    public const int Version = 1;

    /// <summary>1 in Q16.</summary>
    public const long One = 65_536;

    /// <summary>An epoch of the swarm, in milliseconds.</summary>
    public const long EpochLength = 60_000;

    /// <summary>Sequences of a track behind its newest that still count.</summary>
    public const int RingLength = 256;

    /// <summary>So long after a segment was logged what came of it counts, in milliseconds.</summary>
    public const long CountedFor = 600_000;

    /// <summary>So long keys, links and receivers are remembered after they were last of use, in milliseconds: longer than anything of theirs could count again.</summary>
    public const long RememberedFor = 3_600_000;

    /// <summary>Furthest that one event moves a broadcast's clock forward, in milliseconds.</summary>
    public const long LongestStep = 600_000;

    /// <summary>Most links of one receiver's key that are remembered: one more counts nothing until one is forgotten.</summary>
    public const int LinksOfKey = 256;

    /// <summary>Receivers within this many epochs make a standing broad.</summary>
    public const int BreadthEpochs = 10;

    /// <summary>Fewer receivers than this prove nothing: two who hold two licences can praise each other for ever.</summary>
    public const int ProvenBreadth = 3;

    /// <summary>Where <see cref="Band.Known"/> begins.</summary>
    public const int KnownScore = 300;

    /// <summary>Where <see cref="Band.Proven"/> begins.</summary>
    public const int ProvenScore = 700;

    internal const long LeastWhole = 1 << 20;
    internal const long GainOfShare = 4;
    internal const long Cap = 64 * One;
    internal const long ForkPenalty = 2 * One;
    internal const long PardonPenalty = 8 * One;

    // Either is nothing by then, whatever it was.
    private const long LongestDecay = 2_000;

    /// <summary>What is left of service after some epochs.</summary>
    internal static long DecayGood(long good, long epochs)
    {
        for (var n = epochs > LongestDecay ? LongestDecay : epochs; n > 0 && good > 0; n--)
        {
            good = good * 15 / 16;
        }

        return good;
    }

    /// <summary>What is left of offences after some epochs.</summary>
    internal static long DecayBad(long bad, long epochs)
    {
        for (var n = epochs > LongestDecay ? LongestDecay : epochs; n > 0 && bad > 0; n--)
        {
            bad = bad * 127 / 128;
        }

        return bad;
    }

    /// <summary>The bytes of some chunks of a segment, the last of which is short.</summary>
    internal static long BytesOf(int chunks, int byteLength) => Math.Min((long)chunks * ChunkTree.ChunkSize, byteLength);

    /// <summary>The score, 0 to 999: what is sure of the share of good, two deviations below its mean, less the square of what was bad.</summary>
    internal static int ScoreOf(long good, long bad)
    {
        var mean = (good + One) * One / (good + bad + 2 * One);
        var variance = mean * (One - mean) * One / (good + bad + 3 * One); // Q32
        var part = bad / 16;
        var sure = mean - 2 * RootOf(variance) - part * part / One;
        return sure > 0 ? (int)(sure * 1000 / One) : 0;
    }

    /// <summary>The square root, rounded down.</summary>
    internal static long RootOf(long value)
    {
        long root = 0;
        for (var bit = 1L << 30; bit > 0; bit >>= 1)
        {
            var tried = root + bit;
            if (tried * tried <= value)
            {
                root = tried;
            }
        }

        return root;
    }
}
