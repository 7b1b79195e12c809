using LiveLedger.Peering.Staying;

namespace LiveLedger.Fuzz.Targets;

/// <summary>History of stays, and models that are to be adopted: whatever is read gives features and risks that are numbers, and nothing is on that its figures do not bear out.</summary>
internal static class StayingTarget
{
    private static readonly (Media.BroadcastId Broadcast, Look Look)[] s_history = [.. new SimulatedHistory(1, LeavingOdds.Injected).Broadcasts(3)];

    public static FuzzTarget CreateLooks() => new("session-looks", [SessionLooks.Encode(s_history[0].Broadcast, [.. s_history.Take(3).Select(static h => h.Look)])], ReadLooks);

    public static FuzzTarget CreateModels()
    {
        var model = StayTraining.Train(s_history, isSimulated: true);
        return new("staying-models", [StayingModelJson.Write(model with { IsSimulated = false }), StayingModelJson.Write(StayTraining.Train(s_history[..50], isSimulated: true))], ReadModel);
    }

    private static void ReadLooks(ReadOnlySpan<byte> input)
    {
        if (!SessionLooks.TryRead(input, out var broadcast, out var looks))
        {
            return;
        }

        Span<double> features = stackalloc double[StayFeatures.Count];
        foreach (var look in looks)
        {
            StayFeatures.Of(look.Facts, features);
            foreach (var feature in features)
            {
                if (!double.IsFinite(feature))
                {
                    throw new FuzzException("a feature that is no number");
                }
            }
        }

        if (!SessionLooks.TryRead(SessionLooks.Encode(broadcast, looks), out _, out var again) || again.Count != looks.Count)
        {
            throw new FuzzException("what was read cannot be written");
        }
    }

    private static void ReadModel(ReadOnlySpan<byte> input)
    {
        if (!StayingModelJson.TryRead(input, out var model, out _))
        {
            return;
        }

        if (model.IsOn && (model.IsSimulated || model.WhyNot() is not null))
        {
            throw new FuzzException("a model that is on without reason");
        }

        foreach (var (_, look) in s_history.AsSpan(0, 20))
        {
            if (model.RiskOf(look.Facts) is not (>= 0 and <= 1) || model.Uplink is { } uplink && !double.IsFinite(uplink.Line.Of(look.Facts)))
            {
                throw new FuzzException("a prediction that is no number");
            }
        }

        if (!StayingModelJson.TryRead(StayingModelJson.Write(model), out _, out var why))
        {
            throw new FuzzException($"what was read cannot be written: {why}");
        }
    }
}
