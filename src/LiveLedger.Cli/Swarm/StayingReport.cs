using LiveLedger.Peering.Staying;

namespace LiveLedger.Cli.Swarm;

/// <summary>A model as a person reads it: the verdict, how it did beside "older is stabler", and what counts how much.</summary>
internal static class StayingReport
{
    private const int BarWidth = 24;

    internal static IEnumerable<string> Of(StayingModel model)
    {
        var label = model.IsSimulated ? " (simulated)" : "";
        yield return $"{(model.IsOn ? "ON  " : "OFF ")} {model.Reason}{label}";
        if (model.Training.Looks > 0)
        {
            yield return $"     learned from {model.Training.Looks:N0} minutes of {model.Training.Stays:N0} stays, {Time(model.Training.From)} to {Time(model.Training.Cut)}; held out until {Time(model.Training.Until)}{label}";
        }

        if (model.Leaving is not { } leaving)
        {
            yield break;
        }

        var h = model.HeldOut;
        yield return "";
        yield return $"held out{label}: {h.Looks:N0} minutes, {h.Left:N0} of them somebody's last";
        yield return "                              model   older is stabler   by chance";
        yield return $"AUC, leaves within 60 s   {h.Auc,9:0.000}   {h.OlderAuc,16:0.000}   {0.5,9:0.000}    difference {h.GainLow:+0.000;-0.000} to {h.GainHigh:+0.000;-0.000} (95 %)";
        yield return $"broken transfers          {h.Broken,9:0.0}   {h.OlderBroken,16:0.0}   {h.ChanceBroken,9:0.0}    of {h.Heads:0} heads";
        yield return "";
        yield return $"what makes one leave{label}: change of the log-odds by one deviation, ± standard error";
        foreach (var line in Bars(leaving))
        {
            yield return line;
        }

        yield return "";
        if (model.Uplink is not { } uplink)
        {
            yield return $"uplink{label}: too little history";
            yield break;
        }

        yield return $"uplink in the next minute{label}, {(uplink.IsOn ? "ON" : "OFF")}: off by a factor of {Math.Exp(uplink.Error):0.00} in the middle, \"as before\" by {Math.Exp(uplink.SameAgainError):0.00}; log of 1 + KiB/s";
        foreach (var line in Bars(uplink.Line))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Bars(StayLine line)
    {
        var most = Math.Max(1e-9, line.Terms.Max(static t => Math.Abs(t.Coefficient)));
        foreach (var term in line.Terms.OrderByDescending(static t => Math.Abs(t.Coefficient)))
        {
            var length = (int)Math.Round(Math.Abs(term.Coefficient) / most * BarWidth);
            var (minus, plus) = term.Coefficient < 0 ? (new string('-', length), "") : ("", new string('+', length));
            yield return $"  {term.Name,-18} {term.Coefficient,7:+0.000;-0.000} ± {term.Error:0.000}  {minus,BarWidth}|{plus}";
        }
    }

    private static string Time(long ms) => $"{DateTimeOffset.FromUnixTimeMilliseconds(ms):yyyy-MM-dd HH:mm}";
}
