using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Audit;

/// <summary>The auditor's policy (tlog-policy): whose cosignatures are enough.</summary>
internal static class PolicyFile
{
    internal static TrustPolicy Load(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[Math.Min(file.Length, TrustPolicy.MaxLength + 1)];
            file.ReadExactly(bytes);
            return TrustPolicy.TryParse(bytes, out var policy, out var problem) ? policy : throw new CommandFailure($"--policy {path}: {problem}", ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot read the policy: {e.Message}");
        }
    }

    /// <summary>Why a checkpoint is not good by the policy.</summary>
    internal static string Finding(PolicyVerdict verdict) => verdict.Result switch
    {
        PolicyResult.LogNotListed => "the policy does not list this log's key",
        PolicyResult.CheckpointRefused => $"the checkpoint does not open with the policy's key: {verdict.Opened}",
        PolicyResult.BadCosignature => $"a line claims to be of witness {verdict.Culprit!.Name}, and its signature is wrong",
        PolicyResult.QuorumNotReached => $"the policy's quorum has not cosigned the checkpoint; {(verdict.Cosigned.Count == 0 ? "nobody has" : $"only {Cosigners(verdict)}")}",
        _ => $"{verdict.Result}",
    };

    /// <summary>Who cosigned, and when.</summary>
    internal static string Cosigners(PolicyVerdict verdict) =>
        string.Join(", ", verdict.Cosigned.Select(static c => $"{c.Witness.Name} {c.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"));
}
