using System.CommandLine;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Recovery;

/// <summary>`ledger …`: what an operator does about a log that has halted. The verdict first; exit 0 if the log works.</summary>
internal static class LedgerCommand
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    internal static Command Build() => new("ledger", "Explains and resolves a halted log.") { Status(), RollForward(), Succeed() };

    private static Command Status() => OnServer(new("status", "Whether the log works; if not, why, and what can be done. Reads the whole log then."),
        async (api, _, json, cancellation) =>
        {
            var view = await ReadAsync(api, cancellation);
            if (view.Log != "halted")
            {
                return view;
            }

            if (view.Running is null)
            {
                await api.PostAsync("/v1/ledger/recovery/examination", null, cancellation);
            }

            return await FollowAsync(api, json, cancellation);
        });

    private static Command RollForward() => OnServer(new("roll-forward", "Gives the database back the events that it has lost, from the journal, and opens the log."),
        async (api, _, json, cancellation) =>
        {
            await api.PostAsync("/v1/ledger/recovery/roll-forward", null, cancellation);
            return await FollowAsync(api, json, cancellation);
        });

    private static Command Succeed()
    {
        var origin = new Option<string>("--origin") { Description = "the new log's name, e.g. ledger.example/second", Required = true };
        var reason = new Option<string>("--reason") { Description = "why, for auditors", Required = true };
        var command = new Command("succeed", "Ends a log that cannot be made whole, and names the one that takes its place.") { origin, reason };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var body = await api.PostAsync("/v1/ledger/recovery/successor", new { origin = parsed.GetValue(origin), reason = parsed.GetValue(reason) }, cancellation);
            Output.Line(parsed.GetValue(server.Json)
                ? body
                : $"OK   the log {parsed.GetValue(origin)} takes the place of the halted one when the server is started again; give its witnesses its key then (/log/key)");
            return ExitCode.Good;
        });
        return command;
    }

    private static Command OnServer(Command command, Func<ServerApi, ParseResult, bool, CancellationToken, Task<RecoveryView>> run)
    {
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var json = parsed.GetValue(server.Json);
            var view = await run(api, parsed, json, cancellation);
            Output.Line(json ? Output.Json(view) : string.Join("\n     ", Lines(view)));
            return view.Log == "halted" || view.Failure is not null ? ExitCode.VerifiedFalse : view.Log == "open" ? ExitCode.Good : ExitCode.CouldNotTell;
        });
        return command;
    }

    private static Task<RecoveryView> ReadAsync(ServerApi api, CancellationToken cancellation) => api.GetAsync<RecoveryView>("/v1/ledger/recovery", cancellation);

    private static Task<RecoveryView> FollowAsync(ServerApi api, bool json, CancellationToken cancellation) =>
        ProgressBar.ShowAsync("the log", wanted: !json, async show =>
        {
            while (true)
            {
                var view = await ReadAsync(api, cancellation);
                if (view.Running is not { } run)
                {
                    return view;
                }

                show(run.Done, run.All);
                await Task.Delay(s_look, cancellation);
            }
        });

    private static IEnumerable<string> Lines(RecoveryView view)
    {
        yield return view.Log switch
        {
            "halted" => $"FAIL the log has halted: {view.Reason}",
            "open" => "OK   the log takes events and signs",
            _ => "     the log is being checked; ask again",
        };
        if (view.Failure is { } failure)
        {
            yield return $"{failure.Code}: {failure.Detail}";
        }

        if (view.Log != "halted" || view.Found is not { } found)
        {
            yield break;
        }

        yield return $"the database has {found.DatabaseEvents} events"
            + (found.Journal is { } journal ? $"; the journal those from {journal.First} to {journal.End}, {found.Missing} of them missing here" : "; there is no journal");
        foreach (var promise in found.Promises)
        {
            yield return $"{promise.Source}: {promise.Size} events, root {promise.Root}: {promise.State switch
            {
                "kept" => "here, whole",
                "broken" => "NOT what is here",
                _ => "MORE than is here",
            }}";
        }

        yield return found.Advice;
        yield return found.CanRollForward ? "next: ./liveledger ledger roll-forward" : "next: ./liveledger ledger succeed --origin NAME --reason TEXT, or the missing files and status again";
    }
}
