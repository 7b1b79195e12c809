using System.Globalization;
using System.Text;
using System.Text.Json;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Cli.Audit;

/// <summary>A server's word on a peer's standing.</summary>
internal sealed record StandingWord(
    string Peer, int Score, string Band, long Good, long Bad, long Receipts, long Bytes, int Receivers, int Forks, int Convictions, bool Convicted, bool Banned, ulong Index, int Formula);

/// <summary>Who the platform is.</summary>
internal sealed record PlatformWord(string? Issuer);

/// <summary>
/// Asks the server how a peer stands, and counts it again. The whole log is hashed up to its signed head, so that each event that is counted is in it, and none of this broadcast's is
/// left out: they are known by their streams' names in the log.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="http">Reads the log.</param>
/// <param name="trust">Who speaks for the log.</param>
/// <param name="pinned">The broadcaster's identity; null to take the server's word for it.</param>
/// <param name="broadcast">Where.</param>
/// <param name="peer">Who.</param>
internal sealed class ReputationAudit(ServerApi api, HttpClient http, Trust trust, Ed25519PublicKey? pinned, BroadcastId broadcast, PeerPseudonym peer)
{
    private const ulong MaxSize = 100_000_000;
    private const int MaxKeys = 32;
    private const int MaxCertificate = 4 * 1024;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    internal async Task<AuditVerdict> RunAsync(CancellationToken cancellation)
    {
        var (word, log, counted) = await AskAsync(cancellation);
        // Once more, for whose servers' clocks differ, or who counts slowly: whatever the first word left out, the next has.
        if (counted.Stale is not null)
        {
            await Task.Delay(s_again, cancellation);
            (word, log, counted) = await AskAsync(cancellation);
        }

        if (counted.Stale is { } stale)
        {
            throw new VerifiedFalse(stale);
        }

        var signer = await SignerAsync(cancellation);
        var counting = new CheckedCounting(broadcast, new(await AdmissionsAsync(cancellation)), signer);
        await foreach (var shown in new ShownEvents(api, broadcast, word.Index, ShownEvents.Patience).ReadAsync(cancellation))
        {
            // A leaf is of exactly these bytes, and they commit to the payload.
            if (counted.Settle(shown))
            {
                counting.Take(shown);
            }
            else if (ReputationEvents.Read(shown.Parsed.Type, shown.Payload) is ReputationInput.OfBroadcast { Broadcast: var of } && of == broadcast)
            {
                throw new VerifiedFalse($"event {shown.Index} as shown is not one of the broadcast's in the signed log");
            }
        }

        counted.RequireSettled();
        return VerdictOf(word, counting, log, signer?.Certificate.Identity);
    }

    private async Task<(StandingWord Word, SignedLog Log, CountedLog Counted)> AskAsync(CancellationToken cancellation)
    {
        var word = await api.GetAsync<StandingWord>($"/v1/broadcasts/{broadcast}/standings/{peer}", cancellation);
        if (word.Formula != Formula.Version)
        {
            throw new CommandFailure($"the server counts by version {word.Formula} of the formula, this program by {Formula.Version}");
        }

        var log = await SignedBeyondAsync(word.Index, cancellation);
        var counted = new CountedLog(broadcast, word.Index);
        await counted.ReadAsync(log, cancellation);
        return (word, log, counted);
    }

    private AuditVerdict VerdictOf(StandingWord word, CheckedCounting counting, SignedLog log, Ed25519PublicKey? identity)
    {
        var counted = counting.Of(peer, word.Index);
        var differ = Differences(word, counted).ToList();
        string[] details =
        [
            $"{counted.Receipts} receipts of {counted.Receivers} receivers lately, {counted.Bytes} bytes; {counted.Forks} forks, {counted.Convictions} convictions",
            $"as of event {word.Index}, by version {Formula.Version} of the formula",
            $"{counting.Events} events counted, {counting.Signatures} signatures checked, and {counting.Segments} segments' records, of {log.Head.Size} in the signed log",
            .. identity is { } key ? [$"identity {IdentityText.Format(key)}{(pinned is null ? " (not pinned: give --identity to demand one)" : " (pinned)")}"] : (string[])[], .. log.Speakers,
        ];
        return differ.Count > 0
            ? AuditVerdict.False($"the server's word on {peer} is not what its log comes to: {string.Join("; ", differ)}", details)
            : new(true, $"{peer} stands at {counted.Score}, {Bands.TextOf(counted.Band)}, as the server says", details, new Dictionary<string, object?>
            {
                ["peer"] = peer.ToString(),
                ["score"] = counted.Score,
                ["band"] = Bands.TextOf(counted.Band),
                ["index"] = word.Index,
                ["events"] = counting.Events,
                ["signatures"] = counting.Signatures,
                ["segments"] = counting.Segments,
                ["identity"] = identity is { } signer ? IdentityText.Format(signer) : null,
                ["pinned"] = pinned is not null,
                ["size"] = log.Head.Size.Value,
                ["root"] = log.Head.Root.ToString(),
                ["key"] = log.Key.ToString(),
            });
    }

    private static IEnumerable<string> Differences(StandingWord word, Standing counted)
    {
        foreach (var (name, said, comes) in new (string, IFormattable, IFormattable)[]
        {
            ("score", word.Score, counted.Score), ("good", word.Good, counted.Good), ("bad", word.Bad, counted.Bad), ("receipts", word.Receipts, counted.Receipts), ("bytes", word.Bytes, counted.Bytes),
            ("receivers", word.Receivers, counted.Receivers), ("forks", word.Forks, counted.Forks), ("convictions", word.Convictions, counted.Convictions),
        })
        {
            if (!said.Equals(comes))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} {said} said, {comes} counted");
            }
        }

        if (word.Band != Bands.TextOf(counted.Band) || word.Convicted != counted.IsConvicted || word.Banned != counted.IsBanned)
        {
            yield return $"band {word.Band} said, {Bands.TextOf(counted.Band)} counted";
        }
    }

    // Whose admissions proofs show. A key that the server makes up convicts nobody: the log has to have admitted the peer's.
    private async Task<AdmissionVerifier> AdmissionsAsync(CancellationToken cancellation)
    {
        var platform = await api.GetAsync<PlatformWord>("/v1/admissions", cancellation);
        using var set = JsonDocument.Parse(await api.GetAsync("/.well-known/jwks.json", cancellation));
        var keys = new List<Ed25519PublicKey>();
        if (set.RootElement.ValueKind == JsonValueKind.Object && set.RootElement.TryGetProperty("keys", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            foreach (var jwk in all.EnumerateArray().Take(MaxKeys))
            {
                // A key of another kind is not for admissions.
                if (Jwk.TryParse(Encoding.UTF8.GetBytes(jwk.GetRawText()), out var key))
                {
                    keys.Add(key);
                }
            }
        }

        return platform.Issuer is { Length: > 0 and <= Admission.MaxIssuerLength } issuer && keys.Count > 0
            ? new(issuer, keys)
            : throw new CommandFailure("the server's answer names no platform, or no key");
    }

    // One broadcast has one certificate for good, so all that its segments are believed by leads to one identity.
    private async Task<SignedCertificate?> SignerAsync(CancellationToken cancellation)
    {
        if (await Download.TryGetAsync(http, new(api.Server, $"/live/{broadcast}/signer"), MaxCertificate, cancellation) is not { } bytes)
        {
            return null;
        }

        var result = SegmentVerification.CheckCertificate(bytes, broadcast, pinned, out var signer);
        return result.IsOk ? signer : throw new VerifiedFalse($"the signer's certificate does not hold: {result}");
    }

    // What was counted a moment ago is signed a moment later.
    private async Task<SignedLog> SignedBeyondAsync(ulong index, CancellationToken cancellation)
    {
        for (var until = DateTime.UtcNow + s_patience; ; await Task.Delay(200, cancellation))
        {
            var log = await SignedLog.OpenAsync(http, api.Server, trust, cancellation);
            if (log.Head.Size.Value > MaxSize)
            {
                throw new CommandFailure($"a log of {log.Head.Size} entries is too long to read whole");
            }

            if (log.Head.Size.Value > index)
            {
                return log;
            }

            if (DateTime.UtcNow > until)
            {
                throw new CommandFailure($"the standing is of event {index}, and the signed log has {log.Head.Size} so far");
            }
        }
    }
}
