using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using LiveLedger.Cli.Rest;
using LiveLedger.Peering.Staying;

namespace LiveLedger.Cli.Swarm;

/// <summary>`swarm …`: what an operator learns of its swarms.</summary>
internal static class SwarmCommand
{
    // As much as a person sees in a few minutes; more of the same teaches little.
    private const int SimulatedBroadcasts = 16;

    internal static Command Build() => new("swarm", "What the platform's own history says of its swarms.") { Train() };

    private static Command Train()
    {
        var since = new Option<DateTimeOffset?>("--since") { Description = "learn from what was recorded since then, e.g. 2026-11-01 (30 days ago)", CustomParser = ParseSince };
        var simulated = new Option<int?>("--simulated") { Description = "learn from history made up with this seed instead; asks no server" };
        var ageOnly = new Option<bool>("--age-only") { Description = "with --simulated: nothing but age makes people leave" };
        var adopt = new Option<bool>("--adopt") { Description = "have the trackers go by the outcome, on or off" };
        var command = new Command("train", "Learns who stays and who uploads, and says whether that beats \"older is stabler\".") { since, simulated, ageOnly, adopt };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var json = parsed.GetValue(server.Json);
            if (parsed.GetValue(simulated) is { } seed)
            {
                if (parsed.GetValue(adopt))
                {
                    throw new CommandFailure("what was learned from made-up history is not for trackers: --simulated and --adopt do not go together", ExitCode.Usage);
                }

                var history = new SimulatedHistory(seed, parsed.GetValue(ageOnly) ? LeavingOdds.AgeOnly : LeavingOdds.Injected).Broadcasts(SimulatedBroadcasts);
                Show(StayTraining.Train(history, isSimulated: true), json, [], adopted: null);
                return ExitCode.Good;
            }

            using var api = server.Open(parsed);
            var read = await SessionHistory.ReadAsync(api, parsed.GetValue(since) ?? DateTimeOffset.UtcNow.AddDays(-30), wanted: !json, cancellation);
            var model = StayTraining.Train(read.Looks, isSimulated: false);
            long? adopted = null;
            if (parsed.GetValue(adopt))
            {
                var answer = await api.PutAsync("/v1/swarm/staying-model", StayingModelJson.Write(model), "application/json", cancellation);
                adopted = ServerApi.Read<AdoptedView>(answer).Version;
            }

            Show(model, json, read.Notes, adopted);
            return ExitCode.Good;
        });
        return command;
    }

    private static void Show(StayingModel model, bool json, IReadOnlyList<string> notes, long? adopted)
    {
        if (json)
        {
            Output.Line(Output.Json(new { model = JsonNode.Parse(StayingModelJson.Write(model)), notes, adopted }));
            return;
        }

        Output.Line(string.Join('\n', [.. StayingReport.Of(model), .. notes, .. adopted is { } version ? [$"adopted as version {version}"] : (string[])[]]));
    }

    private static DateTimeOffset? ParseSince(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var since))
        {
            return since;
        }

        result.AddError($"'{result.Tokens[0].Value}' is no date");
        return null;
    }

    private sealed record AdoptedView(long Version);
}
