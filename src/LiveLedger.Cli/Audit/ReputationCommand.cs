using System.CommandLine;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Cli.Audit;

/// <summary>`audit reputation`: counts a peer's standing again, from the log alone.</summary>
internal static class ReputationCommand
{
    internal static Command Build()
    {
        var broadcast = new Argument<string>("broadcast") { Description = "the broadcast, 32 hexadecimal characters" };
        var peer = new Argument<string>("peer") { Description = "the peer's pseudonym, 43 characters of base64url" };
        var (server, trust, identity) = (new ServerOptions(), new TrustOptions(), new IdentityOption());
        var command = new Command("reputation", "Counts a peer's standing again from the signed log, every signature checked, and compares: exit 0 good, 1 false, 3 could not tell.") { broadcast, peer };
        server.AddTo(command);
        trust.AddTo(command);
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!BroadcastId.TryParse(parsed.GetValue(broadcast), out var where) || !PeerPseudonym.TryParse(parsed.GetValue(peer), out var who))
            {
                throw new CommandFailure("a broadcast has 32 hexadecimal characters, and a peer 43 of base64url", ExitCode.Usage);
            }

            using var api = server.Open(parsed);
            using var http = LogReader.Http();
            AuditVerdict verdict;
            try
            {
                verdict = await new ReputationAudit(api, http, trust.Read(parsed), identity.Read(parsed), where, who).RunAsync(cancellation);
            }
            catch (VerifiedFalse lie)
            {
                verdict = AuditVerdict.False(lie.Message);
            }

            Output.Line(parsed.GetValue(server.Json) ? verdict.ToJson() : verdict.ToText());
            return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
        });
        return command;
    }
}
