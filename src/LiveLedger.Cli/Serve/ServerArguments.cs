namespace LiveLedger.Cli.Serve;

/// <summary>The server's command line, for `dotnet`.</summary>
internal static class ServerArguments
{
    internal static IReadOnlyList<string> For(string data, string urls, string? database, string? publicUrl)
    {
        var assembly = Home.ServerAssembly;
        if (!File.Exists(assembly))
        {
            throw new CommandFailure($"the server is not built ({assembly}); start it with ./liveledger");
        }

        List<string> arguments = [assembly, "--data", data, "--urls", urls];
        if (database is not null)
        {
            arguments.AddRange(["--database", database]);
        }

        if (publicUrl is not null)
        {
            arguments.AddRange(["--public-url", publicUrl]);
        }

        return arguments;
    }
}
