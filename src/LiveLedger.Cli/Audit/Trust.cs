using System.CommandLine;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Audit;

/// <summary>The options by which an auditor says whom to trust.</summary>
internal static class Trust
{
    internal static Option<string?> Key() => new("--key") { Description = "the log's verifier key (vkey) that you trust; else the one that comes with it" };

    internal static Option<string?> Policy() => new("--policy") { Description = "policy file of witnesses (tlog-policy): the checkpoint must be cosigned by its quorum" };

    internal static VerifierKey? KeyOf(string? text) => text is null ? null
        : VerifierKey.TryParse(text, out var key) ? key
        : throw new CommandFailure("--key is no Ed25519 vkey (name+hash+key)", ExitCode.Usage);

    internal static TrustPolicy? PolicyOf(string? file) => file is null ? null : PolicyFile.Load(file);
}
