using System.CommandLine;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Audit;

/// <summary><c>--identity</c>: whose broadcast it has to be.</summary>
internal sealed class IdentityOption
{
    private readonly Option<string?> _identity = new("--identity") { Description = "the broadcaster's identity that you trust, 43 characters" };

    internal void AddTo(Command command) => command.Options.Add(_identity);

    /// <summary>The identity; null for whichever it is.</summary>
    internal Ed25519PublicKey? Read(ParseResult parsed) => parsed.GetValue(_identity) switch
    {
        null => null,
        var text when IdentityText.TryParse(text, out var key) => key,
        _ => throw new CommandFailure("--identity is 43 characters of base64url", ExitCode.Usage),
    };
}
