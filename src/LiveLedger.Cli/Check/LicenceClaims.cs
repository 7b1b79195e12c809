using System.Buffers.Text;
using System.Text;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Demo;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;

namespace LiveLedger.Cli.Check;

/// <summary>Who gets content keys, and that nobody else can find them.</summary>
internal static class LicenceClaims
{
    private const int MaxManifest = 4 * 1024 * 1024;

    /// <summary>A viewer with a good token and no entitlement gets no key, and sees nothing.</summary>
    internal static async Task<Claim> StrangerIsRefusedAsync(DemoStage stage, CancellationToken cancellation)
    {
        var stranger = await stage.Broadcast.Api.PostAsync<ViewerToken>(
            $"{stage.Broadcast.Path}/viewer-tokens", new { viewer = "demo-stranger", lifetimeSeconds = 300 }, cancellation);
        var status = await stage.Broadcast.StatusAsync(cancellation);
        if (!TrackName.TryParse(status.Tracks[0].Name, out var track))
        {
            throw new CommandFailure("a track's name is malformed");
        }

        var files = await SegmentAudit.FetchAsync(
            stage.Broadcast.Api.Http, SegmentAddress.For(stage.Server.Address, stage.Broadcast.Id, track, status.Tracks[0].LastSequence!.Value), cancellation);
        if (!Media.Records.SignedRecord.TryParse(files.Record, out var record))
        {
            throw new CommandFailure("a record does not parse");
        }

        try
        {
            var keys = await LicenceClient.AskAsync(stage.Server.Address, stranger.Token, [record.Record.KeyId], cancellation);
            return Claim.Of("licence-refused", false, $"a viewer without entitlement is refused: it got {keys.Count} keys");
        }
        catch (ServerRefusal refusal)
        {
            return Claim.Of(
                "licence-refused", refusal is { Status: 403, Problem: "not-entitled" },
                $"a viewer without entitlement is refused ({refusal.Status} {refusal.Problem})");
        }
    }

    /// <summary>The keys that a licence gives stand in no manifest, init segment, record, segment or log line, in no usual spelling.</summary>
    internal static async Task<Claim> KeysAreNowhereAsync(DemoStage stage, IReadOnlyList<AuditedTrack> tracks, CancellationToken cancellation)
    {
        var keys = await LicenceClient.AskAsync(
            stage.Server.Address, stage.Broadcast.ViewerToken, tracks.Select(static track => track.KeyId).Distinct(), cancellation);
        var http = stage.Broadcast.Api.Http;
        var urls = stage.Broadcast.View.Urls;
        List<byte[]> places =
        [
            await Download.GetAsync(http, stage.Broadcast.Reach(urls.Hls), MaxManifest, cancellation),
            await Download.GetAsync(http, stage.Broadcast.Reach(urls.Dash), MaxManifest, cancellation),
        ];
        foreach (var track in tracks)
        {
            places.Add(await Download.GetAsync(http, new(stage.Server.Address, $"/live/{stage.Broadcast.Id}/{track.Name}/media.m3u8"), MaxManifest, cancellation));
            places.AddRange(track.Segments.SelectMany(static files => (byte[][])[files.Init ?? [], files.Record, files.Segment]));
        }

        if (stage.Server.LogFile is { } logFile)
        {
            places.Add(await SharedFile.ReadAsync(logFile, cancellation));
        }

        var found = keys.Values.SelectMany(Spellings).Count(spelling => places.Any(place => place.AsSpan().IndexOf(spelling) >= 0));
        return Claim.Of(
            "keys-hidden", keys.Count > 0 && found == 0,
            $"the {keys.Count} content keys stand in none of {places.Count} manifests, init segments, records, segments and log lines{(found > 0 ? $": {found} found" : "")}");
    }

    private static IEnumerable<byte[]> Spellings(byte[] key) =>
    [
        key, Encoding.ASCII.GetBytes(Convert.ToHexString(key)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key)),
        Encoding.ASCII.GetBytes(Convert.ToBase64String(key)[..22]), Encoding.ASCII.GetBytes(Base64Url.EncodeToString(key)),
    ];
}
