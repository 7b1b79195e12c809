using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Proofs;

/// <summary>What checking a <see cref="TlogProof"/> came to.</summary>
/// <param name="Checkpoint">Whether the log signed its checkpoint.</param>
/// <param name="Inclusion">Whether the leaf is in that checkpoint's tree; unknown if the checkpoint is not good.</param>
public readonly record struct TlogProofResult(CheckpointResult Checkpoint, ProofResult Inclusion)
{
    /// <summary>True if both hold.</summary>
    public bool IsValid => Checkpoint == CheckpointResult.Valid && Inclusion == ProofResult.Valid;

    /// <summary>The first thing that does not hold.</summary>
    public override string ToString() => Checkpoint != CheckpointResult.Valid ? $"checkpoint: {Checkpoint}" : $"inclusion: {Inclusion}";
}
