using System.CommandLine;
using LiveLedger.Cli.Identity;
using LiveLedger.Cli.Rest;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Broadcasts;

/// <summary>`broadcast …`: what a broadcaster does over REST, and with the identity key that never leaves this machine.</summary>
internal static class BroadcastCommand
{
    private static string DefaultIdentity => Path.Combine(Home.Directory, "identity.key");

    internal static Command Build() => new("broadcast", "Works with broadcasts.")
    {
        Create(), List(), Show(), Change("start", "Opens a broadcast to its publisher."), Change("end", "Ends a broadcast for good."), Peers(),
        Certify(), IngestKey(), Token(), IdentityCommand(),
    };

    private static Command Create()
    {
        var title = new Option<string>("--title") { Description = "1 to 200 characters", Required = true };
        var scheme = new Option<string>("--scheme") { Description = "cbcs or cenc", DefaultValueFactory = _ => "cbcs" };
        scheme.AcceptOnlyFromAmong("cbcs", "cenc");
        var peers = new Option<string>("--peers") { Description = "from whom viewers take it beside the server: relays makes it private", DefaultValueFactory = _ => "viewers" };
        peers.AcceptOnlyFromAmong("viewers", "relays");
        var command = new Command("create", "Makes a broadcast and shows its ingest key, this once.") { title, scheme, peers };
        return OnServer(command, async (api, parsed, cancellation) =>
            await api.PostAsync("/v1/broadcasts", new { title = parsed.GetValue(title), scheme = parsed.GetValue(scheme), peers = parsed.GetValue(peers) }, cancellation));
    }

    private static Command Peers()
    {
        var id = BroadcastArgument.Create();
        var peers = new Argument<string>("peers") { Description = "viewers or relays" };
        peers.AcceptOnlyFromAmong("viewers", "relays");
        return OnServer(
            new("peers", "Says from whom viewers take a broadcast, until it is started; relays makes it private.") { id, peers },
            (api, parsed, cancellation) => api.PutAsync($"/v1/broadcasts/{parsed.GetValue(id)}/peers", new { peers = parsed.GetValue(peers) }, cancellation));
    }

    private static Command List()
    {
        var after = new Option<string?>("--after") { Description = "the `next` of the page before" };
        var command = new Command("list", "Lists broadcasts, newest first.") { after };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var query = parsed.GetValue(after) is { } from ? $"?after={Uri.EscapeDataString(from)}" : "";
            var body = await api.GetAsync($"/v1/broadcasts{query}", cancellation);
            if (parsed.GetValue(server.Json))
            {
                Output.Line(body);
                return ExitCode.Good;
            }

            var page = ServerApi.Read<BroadcastPage>(body);
            foreach (var item in page.Items)
            {
                Output.Line($"{item.Id}  {item.State,-8} {item.CreatedAt:u}  {Output.Word(item.Title)}");
            }

            if (page.Next is not null)
            {
                Output.Line($"more: --after {page.Next}");
            }

            return ExitCode.Good;
        });
        return command;
    }

    private static Command Show()
    {
        var id = BroadcastArgument.Create();
        return OnServer(new("show", "Shows a broadcast.") { id }, (api, parsed, cancellation) => api.GetAsync($"/v1/broadcasts/{parsed.GetValue(id)}", cancellation));
    }

    private static Command Change(string verb, string description)
    {
        var id = BroadcastArgument.Create();
        return OnServer(
            new(verb, description) { id }, (api, parsed, cancellation) => api.PostAsync($"/v1/broadcasts/{parsed.GetValue(id)}/{verb}", null, cancellation));
    }

    private static Command Certify()
    {
        var id = BroadcastArgument.Create();
        var identity = new Option<string>("--identity-file") { Description = "the identity key's file", DefaultValueFactory = _ => DefaultIdentity };
        var days = new Option<int>("--days") { Description = "how long the certificate holds", DefaultValueFactory = _ => 7 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3650)
            {
                result.AddError("--days is between 1 and 3650");
            }
        });
        return OnServer(new("certify", "Certifies the broadcast's session key with your identity.") { id, identity, days }, async (api, parsed, cancellation) =>
        {
            var path = $"/v1/broadcasts/{parsed.GetValue(id)}";
            using var key = IdentityFile.Load(parsed.GetValue(identity)!);
            await Certification.SendAsync(api, await api.GetAsync<BroadcastView>(path, cancellation), key, TimeSpan.FromDays(parsed.GetValue(days)), cancellation);
            return await api.GetAsync(path, cancellation);
        });
    }

    private static Command IngestKey()
    {
        var id = BroadcastArgument.Create();
        var command = new Command("ingest-key", "Makes a new ingest key; the old one ends.") { id };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var body = await api.PostAsync($"/v1/broadcasts/{parsed.GetValue(id)}/ingest-key", null, cancellation);
            Output.Line(parsed.GetValue(server.Json) ? body : ServerApi.Read<IngestKeyView>(body).Key);
            return ExitCode.Good;
        });
        return command;
    }

    private static Command Token()
    {
        var id = BroadcastArgument.Create();
        var viewer = new Option<string>("--viewer") { Description = "your name for the viewer, never a personal value", Required = true };
        var lifetime = new Option<int>("--lifetime") { Description = "seconds, at most 86400", DefaultValueFactory = _ => 3600 };
        var command = new Command("token", "Entitles a viewer and prints the Watch URL with their token.") { id, viewer, lifetime };
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var path = $"/v1/broadcasts/{parsed.GetValue(id)}";
            await api.PostAsync($"{path}/entitlements", new { viewer = parsed.GetValue(viewer) }, cancellation);
            var body = await api.PostAsync(
                $"{path}/viewer-tokens", new { viewer = parsed.GetValue(viewer), lifetimeSeconds = parsed.GetValue(lifetime) }, cancellation);
            var token = ServerApi.Read<ViewerToken>(body);
            Output.Line(parsed.GetValue(server.Json) ? body : token.WatchUrl ?? token.Token);
            return ExitCode.Good;
        });
        return command;
    }

    private static Command IdentityCommand()
    {
        var file = new Option<string>("--identity-file") { Description = "the identity key's file", DefaultValueFactory = _ => DefaultIdentity };
        var create = new Option<bool>("--create") { Description = "make a new one; never overwrites" };
        var json = new Option<bool>("--json") { Description = "the answer as JSON" };
        var command = new Command("identity", "Shows your identity, which viewers and auditors pin.") { file, create, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            using var key = parsed.GetValue(create) ? IdentityFile.Create(path) : IdentityFile.Load(path);
            var text = IdentityText.Format(key.PublicKey);
            Output.Line(parsed.GetValue(json) ? Output.Json(new { identity = text, file = Path.GetFullPath(path) }) : text);
            return ExitCode.Good;
        });
        return command;
    }

    private static Command OnServer(Command command, Func<ServerApi, ParseResult, CancellationToken, Task<string>> run)
    {
        var server = new ServerOptions().AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var body = await run(api, parsed, cancellation);
            if (parsed.GetValue(server.Json))
            {
                Output.Line(body);
            }
            else
            {
                BroadcastText.Print(ServerApi.Read<BroadcastView>(body));
            }

            return ExitCode.Good;
        });
        return command;
    }
}
