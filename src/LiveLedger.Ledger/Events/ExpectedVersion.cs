namespace LiveLedger.Ledger;

/// <summary>What an appender believes about a stream: the version of its last event. Versions count from 0.</summary>
public readonly record struct ExpectedVersion
{
    private const long AnyVersion = -2;

    private ExpectedVersion(long value) => Value = value;

    /// <summary>The stream has no event yet.</summary>
    public static ExpectedVersion NoStream { get; } = new(-1);

    /// <summary>No belief: the store reads the version and tries again when somebody was faster.</summary>
    public static ExpectedVersion Any { get; } = new(AnyVersion);

    /// <summary>-1 for none.</summary>
    internal long Value { get; }

    internal bool IsAny => Value == AnyVersion;

    /// <summary>The stream's last event has just this version; -1 is <see cref="NoStream"/>.</summary>
    public static ExpectedVersion Exactly(long version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, -1);
        return new(version);
    }
}
