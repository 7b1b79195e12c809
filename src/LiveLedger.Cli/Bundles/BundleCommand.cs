using System.CommandLine;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Bundles;

/// <summary>`audit bundle …`: everything that the log holds of a broadcast, in one file that is checked anywhere.</summary>
internal static class BundleCommand
{
    private const long MaxArchive = uint.MaxValue;

    internal static Command Build() => new("bundle", "Everything a log holds of one broadcast, with its proofs, in one file.") { Make(), Verify() };

    private static Command Make()
    {
        var (trust, identity, json) = (new TrustOptions(), Identity(), new Option<bool>("--json") { Description = "the verdict as JSON" });
        var url = new Argument<Uri>("url") { Description = "the server's address", CustomParser = ServerAddress.Parse };
        var broadcast = new Argument<string>("broadcast") { Description = "the broadcast's id" };
        var output = new Option<string>("--out") { Description = "file to write", Required = true };
        var token = new Option<string?>("--token-file") { Description = "file with an auditor's, operator's or the broadcaster's token (LIVELEDGER_TOKEN_FILE)" };
        var command = new Command("make", "Fetches a broadcast's bundle and verifies it; what does not hold is not kept.") { url, broadcast, output, token, identity, json };
        trust.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (whom, broadcaster) = (trust.Read(parsed), IdentityOf(parsed.GetValue(identity)));
            var text = parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("LIVELEDGER_TOKEN_FILE");
            using var api = new ServerApi(parsed.GetValue(url)!, ServerOptions.ReadToken(text));
            var file = parsed.GetValue(output)!;
            var draft = file + ".new";
            try
            {
                await using (var stream = Open(draft, FileMode.Create, FileAccess.Write))
                {
                    await ProgressBar.ShowBytesAsync("fetching the bundle", !parsed.GetValue(json), progress =>
                        api.DownloadAsync($"/v1/ledger/bundles/{Uri.EscapeDataString(parsed.GetValue(broadcast)!)}", stream, MaxArchive, progress, cancellation));
                }

                var verdict = await JudgeAsync(draft, whom, broadcaster, parsed.GetValue(broadcast), parsed.GetValue(json));
                if (verdict.Ok)
                {
                    File.Move(draft, file, overwrite: true);
                }

                return Tell(verdict, parsed.GetValue(json));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"cannot write {file}: {e.Message}");
            }
            finally
            {
                File.Delete(draft);
            }
        });
        return command;
    }

    private static Command Verify()
    {
        var (trust, anchors, identity, json) = (new TrustOptions(), new AnchorOptions(), Identity(), new Option<bool>("--json") { Description = "the verdict as JSON" });
        var file = new Argument<string>("file") { Description = "the bundle" };
        var broadcast = new Option<string?>("--broadcast") { Description = "the id of the broadcast that it must be of; else any" };
        var command = new Command("verify", "Checks a bundle with no network: every entry, payload, stream, the proof and the signatures.") { file, broadcast, identity, json };
        trust.AddTo(command);
        anchors.AddTo(command);
        command.SetAction(async (parsed, _) => Tell(
            await JudgeAsync(parsed.GetValue(file)!, trust.Read(parsed), IdentityOf(parsed.GetValue(identity)), parsed.GetValue(broadcast), parsed.GetValue(json), anchors.Read(parsed)),
            parsed.GetValue(json)));
        return command;
    }

    private static Option<string?> Identity() => new("--identity") { Description = "the broadcaster's identity that you trust, 43 characters" };

    private static Ed25519PublicKey? IdentityOf(string? text) => text is null ? null
        : IdentityText.TryParse(text, out var key) ? key
        : throw new CommandFailure("--identity is 43 characters of base64url", ExitCode.Usage);

    // Off this thread, so that the bar moves.
    private static Task<AuditVerdict> JudgeAsync(string file, Trust trust, Ed25519PublicKey? identity, string? broadcast, bool json, AnchorDemand? demand = null) =>
        ProgressBar.ShowAsync("verifying the bundle", !json, progress => Task.Run(() =>
        {
            try
            {
                using var archive = Open(file, FileMode.Open, FileAccess.Read);
                return BundleAudit.Judge(archive, trust, identity, progress, broadcast, demand);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"cannot read {file}: {e.Message}");
            }
        }));

    private static FileStream Open(string file, FileMode mode, FileAccess access) => new(file, mode, access, FileShare.Read, bufferSize: 64 * 1024);

    private static int Tell(AuditVerdict verdict, bool json)
    {
        Output.Line(json ? verdict.ToJson() : verdict.ToText());
        return verdict.Ok ? ExitCode.Good : ExitCode.VerifiedFalse;
    }
}
