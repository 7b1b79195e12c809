namespace LiveLedger.Peering.Staying;

/// <summary>What was learned of who stays, with what it was learned from and how it did on what it had not seen.</summary>
public sealed record StayingModel
{
    /// <summary>The format: which features there are and what they mean.</summary>
    public const int Format = 1;

    /// <summary>By so much the AUC must be better than "older is stabler", at the lower end of its interval.</summary>
    public const double Margin = 0.005;

    /// <summary>Fewer that leave in the held-out part tell nothing.</summary>
    public const int MinLeft = 50;

    /// <summary>Whether it beats "older is stabler"; if not, nobody uses it.</summary>
    public required bool IsOn { get; init; }

    /// <summary>Why it is on or off, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>True if the history was made up.</summary>
    public required bool IsSimulated { get; init; }

    /// <summary>What it was learned from.</summary>
    public required TrainingRange Training { get; init; }

    /// <summary>How it did on the last quarter of the history.</summary>
    public required HeldOutFigures HeldOut { get; init; }

    /// <summary>The log-odds of leaving within a minute; null if there was too little to learn from.</summary>
    public required StayLine? Leaving { get; init; }

    /// <summary>The logarithm of 1 + KiB a second that it will send; null if there was too little to learn from.</summary>
    public required UplinkModel? Uplink { get; init; }

    /// <summary>Why its own figures do not let it be on; null if they do.</summary>
    public string? WhyNot() =>
        Leaving is null || HeldOut.Left < MinLeft ? $"too little history: {HeldOut.Left} of at least {MinLeft} left in the held-out part"
        : !(HeldOut.GainLow > Margin) ? $"it does not beat \"older is stabler\": AUC {HeldOut.Auc:0.000} beside {HeldOut.OlderAuc:0.000}, the difference at least {HeldOut.GainLow:0.000}, and {Margin:0.000} is asked"
        : !(HeldOut.Broken < HeldOut.OlderBroken) ? $"as many transfers break as with \"older is stabler\": {HeldOut.Broken:0} and {HeldOut.OlderBroken:0} of {HeldOut.Heads:0}"
        : null;

    /// <summary>The chance that a viewer leaves within a minute.</summary>
    public double RiskOf(in StayFacts facts) => Leaving is null ? 0 : LeavingFit.Sigmoid(Leaving.Of(facts));
}

/// <summary>What a model was learned from. Times are Unix milliseconds.</summary>
/// <param name="From">First look.</param>
/// <param name="Cut">Where the held-out part begins.</param>
/// <param name="Until">Last look.</param>
/// <param name="Stays">Stays of viewers.</param>
/// <param name="Looks">Minutes of them.</param>
/// <param name="Left">Stays that ended while they were watched over.</param>
public sealed record TrainingRange(long From, long Cut, long Until, int Stays, int Looks, int Left);

/// <summary>How a model and "older is stabler" did on the held-out part.</summary>
/// <param name="Looks">Minutes in it.</param>
/// <param name="Left">Of which so many were somebody's last.</param>
/// <param name="Auc">Of the model, for leaving within 60 s.</param>
/// <param name="OlderAuc">Of age alone.</param>
/// <param name="GainLow">95 % interval of the difference: lower end.</param>
/// <param name="GainHigh">Upper end.</param>
/// <param name="Heads">Heads dealt out in the replay.</param>
/// <param name="Broken">Transfers that broke with the model.</param>
/// <param name="OlderBroken">With "older is stabler".</param>
/// <param name="ChanceBroken">By chance alone.</param>
public sealed record HeldOutFigures(
    int Looks, int Left, double Auc, double OlderAuc, double GainLow, double GainHigh, double Heads, double Broken, double OlderBroken, double ChanceBroken);

/// <summary>What was learned of what viewers send.</summary>
/// <param name="IsOn">Whether it beats "as before".</param>
/// <param name="Error">Median of how far it is off on the held-out part, as a logarithm.</param>
/// <param name="SameAgainError">The same of "as it sent until now".</param>
/// <param name="Line">The line.</param>
public sealed record UplinkModel(bool IsOn, double Error, double SameAgainError, StayLine Line);
