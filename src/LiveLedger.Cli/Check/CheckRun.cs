using LiveLedger.Cli.Demo;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Check;

/// <summary>`demo --check`: the demo with a headless viewer, and one verdict for each claim.</summary>
internal static class CheckRun
{
    internal static async Task<int> RunAsync(DemoTerms terms, bool json, CancellationToken cancellation)
    {
        var claims = new List<Claim>();
        void Say(string line)
        {
            if (!json)
            {
                Output.Line(line);
            }
        }

        async Task JudgeAsync(string id, Func<Task<Claim>> look)
        {
            Claim claim;
            try
            {
                claim = await look();
            }
            catch (ServerRefusal refusal)
            {
                claim = new(id, Verdict.Fail, $"{id}: {refusal.Message}");
            }
            catch (CommandFailure failure)
            {
                claim = new(id, Verdict.CouldNotTell, $"{id}: {failure.Message}");
            }

            claims.Add(claim);
            Say(claim.ToLine());
        }

        await using (var stage = await DemoStage.BuildAsync(terms, line => Say($"liveledger: {line}"), cancellation))
        {
            await stage.WaitForSegmentsAsync(2, cancellation);
            Say($"liveledger: watching {terms.Seconds} s in headless Chromium");
            var picture = Path.Combine(terms.Data, "watch.png");
            var watching = Watcher.WatchAsync(stage.Broadcast.WatchUrl, terms.Seconds!.Value, picture, cancellation);

            await JudgeAsync("licence-refused", () => LicenceClaims.StrangerIsRefusedAsync(stage, cancellation));
            await JudgeAsync("publisher-refused", () => PublisherClaim.SecondIsRefusedAsync(stage, cancellation));

            Sighting? seen = null;
            await JudgeAsync("plays", async () => WatchClaims.Plays(seen = await watching, terms.Seconds.Value));
            if (seen is not null)
            {
                await JudgeAsync("verified", () => Task.FromResult(WatchClaims.EverythingVerified(seen, stage.Broadcast.Identity)));
            }

            stage.RequireAlive();
            await stage.EndAsync();
            var records = new List<AuditedTrack>();
            await JudgeAsync("records", async () =>
            {
                records.AddRange(await RecordClaims.AuditAsync(stage, cancellation));
                return RecordClaims.AllVerify(records);
            });
            await JudgeAsync("flipped-byte", () => Task.FromResult(RecordClaims.FlippedByteIsRefused(stage, records)));
            await JudgeAsync("ciphertext", () => PictureClaims.OnlyALicenceShowsThePictureAsync(stage, records, seen?.Picture, cancellation));
            await JudgeAsync("keys-hidden", () => LicenceClaims.KeysAreNowhereAsync(stage, records, cancellation));
            await JudgeAsync("manifests", () => ManifestClaim.SameSegmentsAsync(stage, cancellation));
            await JudgeAsync("ledger", () => LedgerClaim.EverySegmentIsLoggedOnceAsync(stage, records, cancellation));
        }

        var exit = Claim.ExitCodeOf(claims);
        if (json)
        {
            Output.Line(Output.Json(new { ok = exit == ExitCode.Good, claims }));
        }
        else
        {
            Output.Line($"{claims.Count(static claim => claim.Verdict == Verdict.Pass)} of {claims.Count} claims hold");
        }

        return exit;
    }
}
