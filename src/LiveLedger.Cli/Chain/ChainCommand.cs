using System.CommandLine;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain …`: our contracts on a chain, and what is anchored in them.</summary>
internal static class ChainCommand
{
    internal static Command Build() => new("chain", "Deploys our contracts, anchors checkpoints of the log in them, and checks that they are.")
    {
        DeployCommand.Build(), StatusCommand.Build(), AnchorCommand.Build(), VerifyCommand.Build(),
    };

    /// <summary>Runs what asks nodes, and prints its verdict.</summary>
    internal static async Task<int> AnswerAsync(bool json, Func<Task<AuditVerdict>> run)
    {
        AuditVerdict verdict;
        try
        {
            verdict = await run();
        }
        catch (VerifiedFalse lie)
        {
            verdict = AuditVerdict.False(lie.Message);
        }
        catch (ChainException away)
        {
            throw new CommandFailure($"{away.Detail} ({away.Code})");
        }

        Output.Line(json ? verdict.ToJson() : verdict.ToText());
        return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
    }

    internal static Option<bool> Json() => new("--json") { Description = "the answer as JSON" };

    internal static Option<Uri?> Server(string description) => new("--server") { Description = description, CustomParser = ServerAddress.Parse };

    internal static Address AddressOf(string text, string option) => Address.TryParse(text, out var address) && address != Address.Zero
        ? address
        : throw new CommandFailure($"{option} is 0x and 40 hexadecimal characters, with a valid checksum if they are in mixed case", ExitCode.Usage);

    internal static int Bounded(int value, int least, int most, string option) =>
        value >= least && value <= most ? value : throw new CommandFailure($"{option} is {least} to {most}", ExitCode.Usage);
}
