namespace LiveLedger.Peering.Staying;

/// <summary>What a model sees of a viewer. The names are in the log, and their meaning is format 1's for ever: another meaning is another name.</summary>
public static class StayFeatures
{
    // A round trip that is not known stands where most are, so that its own feature tells the difference.
    private const double UsualRtt = 50;

    private static readonly string[] s_names =
    [
        "age", "links", "round-trip", "round-trip-unknown", "not-sharing", "stalls", "visits", "sent", "audience-slope", "opening", "still", "region", "night", "morning", "evening",
    ];

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>How many there are.</summary>
    public static int Count => s_names.Length;

    /// <summary>The place of a name; -1 for none.</summary>
    public static int IndexOf(string? name) => Array.IndexOf(s_names, name);

    /// <summary>Computes them all.</summary>
    public static void Of(in StayFacts facts, Span<double> to)
    {
        var minutes = facts.Age / 60 + 1;
        var hour = (int)((facts.At / 3_600_000 % 24 + 24) % 24);
        to[0] = Math.Log(1 + facts.Age);
        to[1] = Math.Log(1 + facts.Links);
        to[2] = Math.Log(1 + (facts.Rtt ?? UsualRtt));
        to[3] = One(facts.Rtt is null);
        to[4] = One(!facts.IsSharing);
        to[5] = Math.Log(1 + facts.Stalls / minutes);
        to[6] = Math.Log(1 + facts.Visits);
        to[7] = RateOf(facts.Sent, facts.Age + 10);
        to[8] = facts.Slope;
        to[9] = One(facts.Phase == StreamPhase.Opening);
        to[10] = One(facts.Phase == StreamPhase.Still);
        to[11] = One(facts.HasRegion);
        to[12] = One(hour < 6);
        to[13] = One(hour is >= 6 and < 12);
        to[14] = One(hour >= 18);
    }

    /// <summary>A rate as the models have it: the logarithm of 1 + KiB a second.</summary>
    public static double RateOf(long bytes, double seconds) => Math.Log(1 + bytes / 1024.0 / Math.Max(1, seconds));

    private static double One(bool isSo) => isSo ? 1 : 0;
}
