using System.CommandLine;

namespace LiveLedger.Cli.Rest;

/// <summary>Which server, and with whose token: the options of every command that speaks REST.</summary>
internal sealed class ServerOptions
{
    private readonly Option<Uri> _server = new("--server")
    {
        Description = "the server's address (LIVELEDGER_SERVER)",
        DefaultValueFactory = _ => new(Environment.GetEnvironmentVariable("LIVELEDGER_SERVER") ?? "http://127.0.0.1:8080"),
        CustomParser = ServerAddress.Parse,
    };

    private readonly Option<string?> _token = new("--token-file") { Description = "file with the API token (LIVELEDGER_TOKEN_FILE)" };

    internal Option<bool> Json { get; } = new("--json") { Description = "the answer as JSON" };

    internal ServerOptions AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_token);
        command.Options.Add(Json);
        return this;
    }

    internal ServerApi Open(ParseResult parsed) => new(
        parsed.GetValue(_server)!,
        ReadToken(parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable("LIVELEDGER_TOKEN_FILE")));

    /// <summary>Reads a token from its file. Tokens are never taken from the command line, which others can see.</summary>
    internal static string ReadToken(string? file)
    {
        if (file is null)
        {
            throw new CommandFailure("whose token? --token-file FILE (the server names its operator token's file when it first starts)", ExitCode.Usage);
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot read the token: {e.Message}");
        }
    }
}
