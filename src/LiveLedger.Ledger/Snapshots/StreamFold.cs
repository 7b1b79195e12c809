namespace LiveLedger.Ledger.Snapshots;

/// <summary>What a stream comes to: a function of its events and of nothing else.</summary>
/// <typeparam name="T">The state. Immutable, or a new one for each <see cref="Empty"/>.</typeparam>
public sealed record StreamFold<T>
{
    /// <summary>Stable name among the folds of a stream.</summary>
    public required string Name { get; init; }

    /// <summary>Raised whenever the same events would give another state or other bytes; what an older one has kept is then not read.</summary>
    public required int Version { get; init; }

    /// <summary>The state before the first event.</summary>
    public required Func<T> Empty { get; init; }

    /// <summary>The state after one more event, in today's schema.</summary>
    public required Func<T, StoredEvent, T> Apply { get; init; }

    /// <summary>The state as bytes, at most <see cref="SnapshotStore.MaxStateLength"/>. They rest in the database: a personal value in them is sealed as in the events.</summary>
    public required Func<T, byte[]> Write { get; init; }

    /// <summary>And back.</summary>
    public required Func<ReadOnlyMemory<byte>, T> Read { get; init; }

    /// <summary>A state is kept when so many events were read behind the last one that was.</summary>
    public int Every { get; init; } = 500;
}

/// <summary>A stream folded.</summary>
/// <param name="State">What it comes to.</param>
/// <param name="Version">Version of the last event in it, -1 for none: what the next append expects.</param>
/// <param name="Read">Events that were read for it, the others being in a kept state.</param>
public sealed record FoldedStream<T>(T State, long Version, long Read);
