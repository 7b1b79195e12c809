using System.CommandLine;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Broadcasts;

/// <summary>`token create`: an operator makes an account's token.</summary>
internal static class TokenCommand
{
    internal static Command Build()
    {
        var subject = new Option<string>("--subject") { Description = "name of the account", Required = true };
        var role = new Option<string>("--role") { Description = "broadcaster, auditor or operator", DefaultValueFactory = _ => "broadcaster" };
        role.AcceptOnlyFromAmong("broadcaster", "auditor", "operator");
        var lifetime = new Option<int>("--lifetime") { Description = "seconds", DefaultValueFactory = _ => 86400 };
        var create = new Command("create", "Makes an API token; needs the operator's.") { subject, role, lifetime };
        var server = new ServerOptions().AddTo(create);
        create.SetAction(async (parsed, cancellation) =>
        {
            using var api = server.Open(parsed);
            var body = await api.PostAsync(
                "/v1/tokens",
                new { subject = parsed.GetValue(subject), role = parsed.GetValue(role), lifetimeSeconds = parsed.GetValue(lifetime) },
                cancellation);
            Output.Line(parsed.GetValue(server.Json) ? body : ServerApi.Read<ApiToken>(body).Token);
            return ExitCode.Good;
        });
        return new("token", "Works with API tokens.") { create };
    }
}
