using LiveLedger.Ledger.Witnesses;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Server.Settings;

/// <summary>The policy file of the log's witnesses (docs/formats/cosignatures.md).</summary>
internal static class WitnessFile
{
    /// <summary>Reads the file; null if none is named.</summary>
    /// <exception cref="StartFailure">It cannot be read, is no policy, or has a witness without an address.</exception>
    public static TrustPolicy? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var problem = TryRead(path, out var policy) ?? (WitnessAddresses.Missing(policy!) is { } lost ? $"witness {lost.Name} has no http address" : null);
        return problem is null ? policy : throw new StartFailure("settings-invalid", $"--witnesses {path}: {problem}");
    }

    /// <summary>The policy, if it is one for this log.</summary>
    /// <exception cref="StartFailure">It lists other logs.</exception>
    public static TrustPolicy? Checked(TrustPolicy? policy, VerifierKey log) => policy is null || WitnessAddresses.IsFor(policy, log)
        ? policy
        : throw new StartFailure("settings-invalid", $"--witnesses: the policy lists logs, and not this one: {log}");

    private static string? TryRead(string path, out TrustPolicy? policy)
    {
        policy = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[Math.Min(file.Length, TrustPolicy.MaxLength + 1)];
            file.ReadExactly(bytes);
            return TrustPolicy.TryParse(bytes, out policy, out var problem) ? null : problem.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
