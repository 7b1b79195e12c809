using System.CommandLine.Parsing;

namespace LiveLedger.Cli.Rest;

/// <summary>Reads a server's address from the command line.</summary>
internal static class ServerAddress
{
    internal static Uri? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address;
        }

        result.AddError($"'{text}' is not an http address");
        return null;
    }
}
