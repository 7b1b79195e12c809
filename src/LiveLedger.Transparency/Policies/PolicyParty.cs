using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Policies;

/// <summary>A log that a policy trusts.</summary>
/// <param name="Key">Its key; the name is the origin.</param>
/// <param name="Url">Where it is said to be, or null.</param>
public sealed record PolicyLog(VerifierKey Key, string? Url);

/// <summary>A witness that a policy knows.</summary>
/// <param name="Name">What this policy calls it, which need not be the key's name.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Where it takes checkpoints, or null.</param>
public sealed record PolicyWitness(string Name, CosignerKey Key, string? Url);

/// <summary>Why a policy was refused.</summary>
/// <param name="Line">The line, from 1; 0 for the file as a whole.</param>
/// <param name="Reason">In words.</param>
public sealed record PolicyProblem(int Line, string Reason)
{
    /// <summary>For people.</summary>
    public override string ToString() => Line == 0 ? Reason : $"line {Line}: {Reason}";
}
