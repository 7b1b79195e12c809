using System.CommandLine;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Cli.Audit;

/// <summary>Whom an auditor trusts.</summary>
/// <param name="Key">The log's key; null for the one that comes with the log.</param>
/// <param name="Policy">Whose cosignatures are enough; null if nobody's are asked for.</param>
internal sealed record Trust(VerifierKey? Key, TrustPolicy? Policy)
{
    /// <summary>The same with a key that is known from before.</summary>
    internal Trust Or(VerifierKey? key) => this with { Key = Key ?? key };
}

/// <summary>The options by which an auditor says so.</summary>
internal sealed class TrustOptions
{
    private readonly Option<string?> _key = new("--key") { Description = "the log's verifier key (vkey) that you trust; else the one that comes with the log" };
    private readonly Option<string?> _policy = new("--policy") { Description = "policy file of witnesses (tlog-policy): the checkpoint must be cosigned by its quorum" };

    internal TrustOptions AddTo(Command command)
    {
        command.Options.Add(_key);
        command.Options.Add(_policy);
        return this;
    }

    internal Trust Read(ParseResult parsed)
    {
        VerifierKey? key = null;
        if (parsed.GetValue(_key) is { } text && !VerifierKey.TryParse(text, out key))
        {
            throw new CommandFailure("--key is no Ed25519 vkey (name+hash+key)", ExitCode.Usage);
        }

        return new(key, parsed.GetValue(_policy) is { } file ? PolicyFile.Load(file) : null);
    }
}
