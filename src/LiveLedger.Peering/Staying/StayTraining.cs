using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Staying;

/// <summary>
/// Learns who stays, from looks of viewers alone: the first three quarters by time are learned from, the last is held out. Looks that run into the held-out part are in neither.
/// </summary>
public static class StayTraining
{
    /// <summary>Fewer that leave are too few to learn so many features from.</summary>
    private const int MinLearned = 150;

    private const int MinUplinks = 500;

    /// <summary>By which part the uplink's error must be smaller than that of "as before".</summary>
    private const double UplinkMargin = 0.02;

    /// <summary>Trains and evaluates.</summary>
    /// <param name="history">Looks, with the broadcasts that they are of, in any order.</param>
    /// <param name="isSimulated">Whether the history was made up.</param>
    public static StayingModel Train(IEnumerable<(BroadcastId Broadcast, Look Look)> history, bool isSimulated)
    {
        var broadcasts = new Dictionary<BroadcastId, int>();
        var all = history.Where(static h => h.Look.Role == PeerRole.Viewer)
            .OrderBy(static h => h.Look.Facts.At).ThenBy(static h => h.Look.Peer.ToString(), StringComparer.Ordinal)
            .Select(h => (Broadcast: NumberOf(broadcasts, h.Broadcast), h.Look)).ToList();
        if (all.Count == 0)
        {
            return WithoutReason(new() { IsOn = false, Reason = "", IsSimulated = isSimulated, Training = new(0, 0, 0, 0, 0, 0), HeldOut = s_none, Leaving = null, Uplink = null });
        }

        var cut = all[all.Count * 3 / 4].Look.Facts.At;
        var learned = all.Where(a => a.Look.Facts.At + 1000 * Look.Length <= cut).Select(static a => a.Look).ToList();
        var held = all.Where(a => a.Look.Facts.At >= cut).ToList();
        var line = learned.Count(static l => l.HasLeft) >= MinLearned ? LeavingFit.Fit(learned) : null;
        var model = new StayingModel
        {
            IsOn = false,
            Reason = "",
            IsSimulated = isSimulated,
            Training = new(
                all[0].Look.Facts.At, cut, all[^1].Look.Facts.At, all.Select(static a => (a.Look.Peer, a.Look.Facts.JoinedAt)).Distinct().Count(), all.Count, all.Count(static a => a.Look.HasLeft)),
            HeldOut = line is null ? s_none with { Looks = held.Count, Left = held.Count(static h => h.Look.HasLeft) } : Evaluate(line, held),
            Leaving = line,
            Uplink = TrainUplink(learned, [.. held.Select(static h => h.Look)]),
        };
        return WithoutReason(model);
    }

    private static readonly HeldOutFigures s_none = new(0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0);

    private static int NumberOf(Dictionary<BroadcastId, int> broadcasts, BroadcastId broadcast)
    {
        if (!broadcasts.TryGetValue(broadcast, out var number))
        {
            broadcasts.Add(broadcast, number = broadcasts.Count);
        }

        return number;
    }

    private static StayingModel WithoutReason(StayingModel model)
    {
        var why = model.WhyNot();
        return model with { IsOn = why is null, Reason = why ?? $"it beats \"older is stabler\": AUC {model.HeldOut.Auc:0.000} beside {model.HeldOut.OlderAuc:0.000}, {model.HeldOut.Broken:0} broken transfers beside {model.HeldOut.OlderBroken:0}" };
    }

    private static HeldOutFigures Evaluate(StayLine line, List<(int Broadcast, Look Look)> held)
    {
        List<Look> looks = [.. held.Select(static h => h.Look)];
        double[] scores = [.. looks.Select(l => line.Of(l.Facts))];
        double[] younger = [.. looks.Select(static l => -l.Facts.Age)];
        var pair = RankingPair.Of(looks, scores, younger);
        return new(
            looks.Count, looks.Count(static l => l.HasLeft), pair.Auc, pair.Older, pair.GainLow, pair.GainHigh,
            HeadReplay.HeadsOf(held), HeadReplay.BrokenBy(held, scores), HeadReplay.BrokenBy(held, younger), HeadReplay.BrokenBy(held, new double[looks.Count]));
    }

    private static UplinkModel? TrainUplink(List<Look> learned, List<Look> held)
    {
        var (from, on) = (learned.Where(UplinkFit.Tells).ToList(), held.Where(UplinkFit.Tells).ToList());
        if (from.Count < MinUplinks || on.Count < MinUplinks / 4)
        {
            return null;
        }

        var line = UplinkFit.Fit(from);
        var error = UplinkFit.Median([.. on.Select(l => Math.Abs(UplinkFit.TargetOf(l) - line.Of(l.Facts)))]);
        var same = UplinkFit.Median([.. on.Select(static l => Math.Abs(UplinkFit.TargetOf(l) - StayFeatures.RateOf(l.Facts.Sent, l.Facts.Age)))]);
        return new(error < same * (1 - UplinkMargin), error, same, line);
    }
}
