using System.CommandLine;
using LiveLedger.Cli.Rest;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>`audit entry|consistency|follow|fsck`: questions to a log that are answered by its tiles and its signature.</summary>
internal static class LogCommands
{
    private const int MaxSeconds = 365 * 24 * 3600;

    internal static Command Entry()
    {
        var (url, key, json) = (Url(), Key(), Json());
        var number = new Argument<string>("N") { Description = "the entry's index, counted from 0" };
        var proof = new Option<string?>("--proof") { Description = "file to write the proof to, as C2SP .tlog-proof, for others to check offline" };
        var command = new Command("entry", "Proves that one entry is in the signed tree, and shows it.") { url, number, key, proof, json };
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), async http =>
        {
            var index = LedgerIndex.TryParse(parsed.GetValue(number), out var read) ? read : throw new CommandFailure("N is a number, 0 or more", ExitCode.Usage);
            return await EntryAudit.RunAsync(http, parsed.GetValue(url)!, index, Trusted(parsed.GetValue(key)), parsed.GetValue(proof), cancellation);
        }));
        return command;
    }

    internal static Command Consistency()
    {
        var (url, key, json) = (Url(), Key(), Json());
        var older = new Argument<string>("A") { Description = "a size; or a file with a checkpoint, whose signed root then counts" };
        var newer = new Argument<string?>("B") { Description = "the same of a later tree; without it, the tree that is signed now", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("consistency", "Proves that an earlier tree is the beginning of a later one, and that of the one signed now.") { url, older, newer, key, json };
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
            ConsistencyAudit.RunAsync(http, parsed.GetValue(url)!, parsed.GetValue(older)!, parsed.GetValue(newer), Trusted(parsed.GetValue(key)), cancellation)));
        return command;
    }

    internal static Command Follow()
    {
        var (url, key, json) = (Url(), Key(), Json());
        var remember = new Option<string>("--remember") { Description = "file that keeps the key and the last checkpoint", Required = true };
        var interval = new Option<double>("--interval") { Description = "seconds between two looks", DefaultValueFactory = _ => 2 };
        var seconds = new Option<double?>("--for") { Description = "seconds after which to stop; else Ctrl-C does" };
        var command = new Command("follow", "Looks again and again: each checkpoint must extend the one before.") { url, remember, interval, seconds, key, json };
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
        {
            var follower = new FollowAudit(
                http, parsed.GetValue(url)!, parsed.GetValue(remember)!, Seconds(parsed.GetValue(interval), "--interval"),
                // Standard output is the verdict's.
                static step => Console.Error.WriteLine($"{step.What,-11}{(step.Head is { } head ? $"size {head.Size}, root {head.Root}: " : "")}{step.Detail}"));
            return follower.RunAsync(
                Trusted(parsed.GetValue(key)), parsed.GetValue(seconds) is { } end ? Seconds(end, "--for") : null, cancellation);
        }));
        return command;
    }

    internal static Command Fsck()
    {
        var (url, key, json) = (Url(), Key(), Json());
        var command = new Command("fsck", "Derives every hash tile again from the entries, and compares.") { url, key, json };
        command.SetAction((parsed, cancellation) => AnswerAsync(parsed.GetValue(json), http =>
        {
            var trusted = Trusted(parsed.GetValue(key));
            return ProgressBar.ShowAsync(
                "reading the log", !parsed.GetValue(json), progress => LogFsck.RunAsync(http, parsed.GetValue(url)!, trusted, progress, cancellation));
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

        Console.WriteLine(json ? verdict.ToJson() : verdict.ToText());
        return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
    }

    private static Argument<Uri> Url() => new("url") { Description = "the server's address", CustomParser = ServerAddress.Parse };

    private static Option<string?> Key() => new("--key") { Description = "the log's verifier key (vkey) that you trust; else the one it serves" };

    private static Option<bool> Json() => new("--json") { Description = "the verdict as JSON" };

    private static VerifierKey? Trusted(string? text) => text is null ? null
        : VerifierKey.TryParse(text, out var key) ? key
        : throw new CommandFailure("--key is no Ed25519 vkey (name+hash+key)", ExitCode.Usage);

    private static TimeSpan Seconds(double value, string option) => value is > 0 and <= MaxSeconds
        ? TimeSpan.FromSeconds(value)
        : throw new CommandFailure($"{option} is more than 0 seconds and at most a year", ExitCode.Usage);
}
