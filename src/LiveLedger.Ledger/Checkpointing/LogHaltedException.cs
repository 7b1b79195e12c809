namespace LiveLedger.Ledger.Checkpointing;

/// <summary>The database and the last signed checkpoint do not fit: this log must not sign again until a person has looked.</summary>
/// <param name="code">
/// Stable kebab-case code: <c>log-rolled-back</c>, <c>log-forked</c>, <c>log-damaged</c>, <c>checkpoint-missing</c>, <c>checkpoint-unreadable</c>,
/// <c>checkpoint-rolled-back</c>, <c>witness-ahead</c>, <c>witness-forked</c>,
/// <c>recovery-unfinished</c>, <c>origin-changed</c>, <c>log-succeeded</c>.
/// </param>
/// <param name="message">What does not fit, with sizes.</param>
public sealed class LogHaltedException(string code, string message) : Exception($"{code}: {message}")
{
    /// <summary>The stable code.</summary>
    public string Code { get; } = code;
}
