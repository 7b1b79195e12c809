using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Ledger;

/// <summary>What a ledger is made of.</summary>
public sealed record LedgerOptions
{
    /// <summary>Npgsql connection string. Not through a pooler that shares sessions between transactions: leadership is a session lock.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The log's name in checkpoints and its key's name, e.g. <c>ledger.example/main</c>. Never changes in the life of a log.</summary>
    public required string Origin { get; init; }

    /// <summary>The log that this one takes the place of, over the same database; null for a first log. Set by <see cref="Succession.InForce"/>.</summary>
    public Succession? Succeeds { get; init; }

    /// <summary>The log's signing key. Never changes in the life of a log.</summary>
    public required Ed25519PrivateKey LogKey { get; init; }

    /// <summary>
    /// File of the last signed checkpoint, outside PostgreSQL and outside its backups; all processes that may sign share it. Losing it makes
    /// the log halt; going back to an older copy of it together with the database would let the log fork.
    /// </summary>
    public required string CheckpointFile { get; init; }

    /// <summary>
    /// Folder of the journal: every event once more, outside PostgreSQL, so that a database restored from an older backup can be rolled forward.
    /// All processes that may sign share it. Null keeps none.
    /// </summary>
    public string? JournalFolder { get; init; }

    /// <summary>The witnesses to ask, with their addresses, and the quorum that a checkpoint needs to be published; null for none. <see cref="Witnesses.WitnessAddresses"/> says whether it will do.</summary>
    public TrustPolicy? Witnesses { get; init; }

    /// <summary>Least time between two batches of indexes under load while somebody waits for one. A lone event waits for nothing.</summary>
    public TimeSpan BatchInterval { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The same while nobody waits: a batch costs nearly the same for 1 event and for 100.</summary>
    public TimeSpan UnawaitedInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Time between checkpoints under steady load. When the queue runs empty one follows within a tenth of a second.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Told each durable step; a fault test fails there.</summary>
    internal Action<LedgerStep> Reached { get; init; } = static _ => { };

    /// <summary>The statements of an append; a benchmark compares them with others.</summary>
    internal EventAppend Append { get; init; } = EventAppend.Logged;
}
