namespace LiveLedger.Peering.Staying;

/// <summary>
/// Looks in the order in which a score expects them to leave. The area under its curve (AUC) is the chance that of one that left and one that stayed, the one that left stood first; equal
/// scores count half.
/// </summary>
internal sealed class Ranking
{
    private readonly int[] _order;
    private readonly bool[] _ends;
    private readonly bool[] _left;
    private readonly double[] _weights;
    private readonly int[] _stays;

    public Ranking(IReadOnlyList<Look> looks, double[] scores, int[] stays)
    {
        _order = [.. Enumerable.Range(0, looks.Count)];
        Array.Sort((double[])[.. scores], _order);
        // Sorting is not stable, and need not be: what is equal is taken together.
        _ends = [.. Enumerable.Range(0, looks.Count).Select(n => n == looks.Count - 1 || scores[_order[n]] != scores[_order[n + 1]])];
        _left = [.. looks.Select(static l => l.HasLeft)];
        _weights = [.. looks.Select(static l => LeavingFit.WeightOf(l))];
        _stays = stays;
    }

    /// <summary>The AUC, each stay counting as often as is given; 1/2 where nobody left, or nobody stayed.</summary>
    /// <param name="counts">How often each stay counts; null for once.</param>
    public double Auc(int[]? counts)
    {
        double stayedBefore = 0, leftAll = 0, won = 0, stayedEqual = 0, leftEqual = 0;
        for (var n = 0; n < _order.Length; n++)
        {
            var look = _order[n];
            var weight = _weights[look] * (counts is null ? 1 : counts[_stays[look]]);
            _ = _left[look] ? leftEqual += weight : stayedEqual += weight;
            if (_ends[n])
            {
                won += leftEqual * (stayedBefore + stayedEqual / 2);
                stayedBefore += stayedEqual;
                leftAll += leftEqual;
                (stayedEqual, leftEqual) = (0, 0);
            }
        }

        return leftAll > 0 && stayedBefore > 0 ? won / (leftAll * stayedBefore) : 0.5;
    }
}

/// <summary>Two rankings of the same looks, side by side: what the first is better by, and between what bounds that lies if whole stays had come otherwise (bootstrap, 95 %).</summary>
/// <param name="Auc">Of the first.</param>
/// <param name="Older">Of the second.</param>
/// <param name="GainLow">Lower end of the interval of the difference.</param>
/// <param name="GainHigh">Its upper end.</param>
internal readonly record struct RankingPair(double Auc, double Older, double GainLow, double GainHigh)
{
    private const int Draws = 400;

    // Of this module alone, so that the same history has the same verdict.
    private const int Seed = 20_261_123;

    public static RankingPair Of(IReadOnlyList<Look> looks, double[] scores, double[] others)
    {
        var (stays, count) = StaysOf(looks);
        var (first, second) = (new Ranking(looks, scores, stays), new Ranking(looks, others, stays));
        var random = new Random(Seed);
        var gains = new double[Draws];
        var counts = new int[count];
        for (var draw = 0; draw < Draws; draw++)
        {
            Array.Clear(counts);
            for (var n = 0; n < count; n++)
            {
                counts[random.Next(count)]++;
            }

            gains[draw] = first.Auc(counts) - second.Auc(counts);
        }

        Array.Sort(gains);
        return new(first.Auc(null), second.Auc(null), gains[Draws / 40], gains[Draws - 1 - Draws / 40]);
    }

    // Looks of one stay come and go together.
    private static (int[] Stays, int Count) StaysOf(IReadOnlyList<Look> looks)
    {
        var numbers = new Dictionary<(Admissions.PeerPseudonym, long), int>();
        var stays = new int[looks.Count];
        for (var n = 0; n < stays.Length; n++)
        {
            var stay = (looks[n].Peer, looks[n].Facts.JoinedAt);
            if (!numbers.TryGetValue(stay, out var number))
            {
                numbers.Add(stay, number = numbers.Count);
            }

            stays[n] = number;
        }

        return (stays, numbers.Count);
    }
}
