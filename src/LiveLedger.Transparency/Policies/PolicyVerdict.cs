using LiveLedger.Transparency.Checkpoints;

namespace LiveLedger.Transparency.Policies;

/// <summary>What checking a checkpoint against a policy came to.</summary>
public enum PolicyResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a good checkpoint.</summary>
    Unknown = 0,

    /// <summary>A log of the policy signed it, and a quorum of its witnesses cosigned it.</summary>
    Satisfied,

    /// <summary>The policy does not list the log asked for, or lists none and none was named.</summary>
    LogNotListed,

    /// <summary>No log's good checkpoint: see <see cref="PolicyVerdict.Opened"/>.</summary>
    CheckpointRefused,

    /// <summary>A line claims a witness's key and is wrong, so the whole note is refused: see <see cref="PolicyVerdict.Culprit"/>.</summary>
    BadCosignature,

    /// <summary>The log signed it, and too few witnesses cosigned.</summary>
    QuorumNotReached,
}

/// <summary>The answer of <see cref="TrustPolicy.Check"/>, with its grounds.</summary>
/// <param name="Result">What it came to.</param>
public sealed record PolicyVerdict(PolicyResult Result)
{
    /// <summary>What opening the checkpoint with the log's key came to; unknown if no log was named.</summary>
    public CheckpointResult Opened { get; init; }

    /// <summary>The checkpoint, if the result is <see cref="PolicyResult.Satisfied"/> or <see cref="PolicyResult.QuorumNotReached"/>.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>The witnesses that cosigned it, and when each says it did.</summary>
    public IReadOnlyList<(PolicyWitness Witness, DateTimeOffset Time)> Cosigned { get; init; } = [];

    /// <summary>Whose line is wrong.</summary>
    public PolicyWitness? Culprit { get; init; }

    /// <summary>The oldest cosignature's time: since then, at the latest, all who cosigned have been seeing this tree. Null without cosignatures.</summary>
    public DateTimeOffset? Oldest => Cosigned.Count == 0 ? null : Cosigned.Min(static c => c.Time);
}
