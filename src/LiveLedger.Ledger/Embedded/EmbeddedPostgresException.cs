namespace LiveLedger.Ledger.Embedded;

/// <summary>The embedded PostgreSQL cannot run; the message is for the person at the terminal and says the way out.</summary>
/// <param name="code">Stable kebab-case code: <c>postgres-missing</c>, <c>postgres-other-version</c>, <c>postgres-user-missing</c>,
/// <c>postgres-data-unreachable</c>, <c>disk-full</c>, <c>postgres-failed</c>.</param>
/// <param name="message">What is wrong and the way out.</param>
public sealed class EmbeddedPostgresException(string code, string message) : Exception(message)
{
    /// <summary>The stable code.</summary>
    public string Code { get; } = code;
}
