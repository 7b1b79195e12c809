using System.CommandLine;
using LiveLedger.Cli.Rest;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>`audit entry|proof|consistency|follow|fsck`: questions to a log that are answered by its tiles and its signature.</summary>
internal static class LogCommands
{
    private const int MaxSeconds = 365 * 24 * 3600;

    internal static Command Entry()
    {
        var (url, trust, json) = (Url(), new TrustOptions(), Json());
        var number = new Argument<string>("N") { Description = "the entry's index, counted from 0" };
        var proof = new Option<string?>("--proof") { Description = "file to write the proof to, as C2SP .tlog-proof: `audit proof` and others check it offline" };
        var entry = new Option<string?>("--entry") { Description = "file to write the entry's bytes to, which go with the proof" };
        var command = new Command("entry", "Proves that one entry is in the signed tree, and shows it.") { url, number, proof, entry, json };
        trust.AddTo(command);
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), async http =>
        {
            var index = LedgerIndex.TryParse(parsed.GetValue(number), out var read) ? read : throw new CommandFailure("N is a number, 0 or more", ExitCode.Usage);
            return await EntryAudit.RunAsync(http, parsed.GetValue(url)!, index, trust.Read(parsed), parsed.GetValue(proof), parsed.GetValue(entry), cancellation);
        }));
        return command;
    }

    internal static Command Proof()
    {
        var (trust, json) = (new TrustOptions(), Json());
        var proof = new Argument<string>("proof") { Description = "a .tlog-proof" };
        var entry = new Option<string>("--entry") { Description = "file with the entry's bytes", Required = true };
        var command = new Command("proof", "Checks a saved proof of an entry, with no network.") { proof, entry, json };
        trust.AddTo(command);
        command.SetAction((parsed, _) => AnswerAsync(parsed.GetValue(json), _ =>
            Task.FromResult(ProofAudit.Run(parsed.GetValue(proof)!, parsed.GetValue(entry)!, trust.Read(parsed)))));
        return command;
    }

    internal static Command Consistency()
    {
        var (url, trust, json) = (Url(), new TrustOptions(), Json());
        var older = new Argument<string>("A") { Description = "a size; or a file with a checkpoint, whose signed root then counts" };
        var newer = new Argument<string?>("B") { Description = "the same of a later tree; without it, the tree that is signed now", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("consistency", "Proves that an earlier tree is the beginning of a later one, and that of the one signed now.") { url, older, newer, json };
        trust.AddTo(command);
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
            ConsistencyAudit.RunAsync(http, parsed.GetValue(url)!, parsed.GetValue(older)!, parsed.GetValue(newer), trust.Read(parsed), cancellation)));
        return command;
    }

    internal static Command Follow()
    {
        var (url, trust, json) = (Url(), new TrustOptions(), Json());
        var remember = new Option<string>("--remember") { Description = "file that keeps the key and the last checkpoint", Required = true };
        var interval = new Option<double>("--interval") { Description = "seconds between two looks", DefaultValueFactory = _ => 2 };
        var seconds = new Option<double?>("--for") { Description = "seconds after which to stop; else Ctrl-C does" };
        var command = new Command("follow", "Looks again and again: each checkpoint must extend the one before.") { url, remember, interval, seconds, json };
        trust.AddTo(command);
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
        {
            var follower = new FollowAudit(
                http, parsed.GetValue(url)!, parsed.GetValue(remember)!, Seconds(parsed.GetValue(interval), "--interval"),
                // Standard output is the verdict's.
                static step => Output.Error($"{step.What,-11}{(step.Head is { } head ? $"size {head.Size}, root {head.Root}: " : "")}{step.Detail}"));
            return follower.RunAsync(
                trust.Read(parsed), parsed.GetValue(seconds) is { } end ? Seconds(end, "--for") : null, cancellation);
        }));
        return command;
    }

    internal static Command Fsck()
    {
        var (url, trust, json) = (Url(), new TrustOptions(), Json());
        var command = new Command("fsck", "Derives every hash tile again from the entries, and compares.") { url, json };
        trust.AddTo(command);
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
        {
            var whom = trust.Read(parsed);
            return ProgressBar.ShowAsync(
                "reading the log", !parsed.GetValue(json), progress => LogFsck.RunAsync(http, parsed.GetValue(url)!, whom, progress, cancellation));
        }));
        return command;
    }

    private static async Task<int> AnswerAsync(bool json, Func<HttpClient, Task<AuditVerdict>> audit)
    {
        using var http = LogReader.Http();
        AuditVerdict verdict;
        try
        {
            verdict = await audit(http);
        }
        catch (VerifiedFalse lie)
        {
            verdict = AuditVerdict.False(lie.Message);
        }

        Output.Line(json ? verdict.ToJson() : verdict.ToText());
        return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
    }

    private static Argument<Uri> Url() => new("url") { Description = "the server's address", CustomParser = ServerAddress.Parse };

    private static Option<bool> Json() => new("--json") { Description = "the verdict as JSON" };

    private static TimeSpan Seconds(double value, string option) => value is > 0 and <= MaxSeconds
        ? TimeSpan.FromSeconds(value)
        : throw new CommandFailure($"{option} is more than 0 seconds and at most a year", ExitCode.Usage);
}
