using System.CommandLine;
using LiveLedger.Cli.Bundles;
using LiveLedger.Cli.Rest;
using LiveLedger.Cli.Witness;

namespace LiveLedger.Cli.Audit;

/// <summary>`audit …`: an outsider's check, with nothing but public addresses.</summary>
internal static class AuditCommand
{
    internal static Command Build() => new("audit", "Checks what a server says, as an outsider.")
    {
        Segment(), Log(), LogCommands.Entry(), LogCommands.Proof(), LogCommands.Consistency(), LogCommands.Follow(), LogCommands.Fsck(), ReputationCommand.Build(), BundleCommand.Build(), WitnessCommand.Build(),
    };

    private static Command Segment()
    {
        var url = new Argument<string>("url") { Description = "a segment's address: http://host/live/BROADCAST/TRACK/NUMBER.m4s" };
        var identity = new IdentityOption();
        var json = new Option<bool>("--json") { Description = "the verdict as JSON" };
        var command = new Command("segment", "Checks one segment up to the broadcaster's identity: exit 0 good, 1 false, 3 could not tell.") { url, json };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!SegmentAddress.TryParse(parsed.GetValue(url), out var address))
            {
                throw new CommandFailure("a segment's address ends in /live/BROADCAST/TRACK/NUMBER.m4s", ExitCode.Usage);
            }

            var pinned = identity.Read(parsed);
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
            var verdict = await SegmentAudit.RunAsync(http, address, pinned, cancellation);
            Output.Line(parsed.GetValue(json) ? Output.Json(verdict.ToJson()) : verdict.ToText());
            return verdict.Result.IsOk ? ExitCode.Good : ExitCode.VerifiedFalse;
        });
        return command;
    }

    private static Command Log()
    {
        var url = new Argument<Uri>("url") { Description = "the server's address", CustomParser = ServerAddress.Parse };
        var trust = new TrustOptions();
        var remember = new Option<string?>("--remember") { Description = "file that keeps the key and the last checkpoint, and demands that the next extends it" };
        var json = new Option<bool>("--json") { Description = "the verdict as JSON" };
        var command = new Command("checkpoint", "Reads the whole log and checks it against its signed checkpoint, and against what was remembered.")
        {
            url, remember, json,
        };
        trust.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (key, policy) = trust.Read(parsed);
            using var http = LogReader.Http();
            var verdict = await ProgressBar.ShowAsync("reading the log", !parsed.GetValue(json), progress =>
                CheckpointAudit.RunAsync(http, parsed.GetValue(url)!, key, policy, parsed.GetValue(remember), progress, cancellation));
            Output.Line(parsed.GetValue(json) ? Output.Json(verdict) : verdict.ToText());
            return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
        });
        return command;
    }
}
