using System.Globalization;
using LiveLedger.Cli.Demo;

namespace LiveLedger.Cli.Check;

/// <summary>What a decoder sees in the served bytes, with the licence and without.</summary>
internal static class PictureClaims
{
    // Segments compared: five of two seconds are 240 pictures.
    private const int Compared = 5;

    // Pictures of one scene, scaled down, correlate above 0.9; unrelated ones and noise stay far below the lower bound.
    private const double Alike = 0.9;
    private const double Unlike = 0.6;

    internal static async Task<Claim> OnlyALicenceShowsThePictureAsync(
        DemoStage stage, IReadOnlyList<AuditedTrack> tracks, string? screenshot, CancellationToken cancellation)
    {
        var track = tracks.FirstOrDefault(static track => track.IsVideo && track.Segments.Count > 0) ?? throw new CommandFailure("there is no video to look at");
        var keys = await LicenceClient.AskAsync(stage.Server.Address, stage.Broadcast.ViewerToken, [track.KeyId], cancellation);
        if (!keys.TryGetValue(track.KeyId, out var key))
        {
            throw new CommandFailure("the licence has no key for the video");
        }

        var some = Join(track, track.Segments.Count - Compared, Compared);
        var clear = await Pictures.DecodeAsync(some, key, cancellation);
        var locked = await Pictures.DecodeAsync(some, null, cancellation);
        var wrong = await Pictures.DecodeAsync(some, [.. key.Select(static value => (byte)~value)], cancellation);
        var without = Math.Max(Pictures.Resemblance(locked, clear), Pictures.Resemblance(wrong, clear));
        var shown = screenshot is null ? (double?)null : Pictures.Resemblance(
            await Pictures.OfFileAsync(screenshot, cancellation),
            await Pictures.DecodeAsync(Join(track, 0, track.Segments.Count), key, cancellation));
        var holds = clear.Count >= Compared && clear.All(static picture => picture.HasDetail) && without < Unlike && shown is null or >= Alike;
        return Claim.Of("ciphertext", holds, string.Create(
            CultureInfo.InvariantCulture,
            $"served bytes are ciphertext: without the licence's key the picture is not visible (resemblance {without:F2} over {clear.Count} pictures"
                + $"{(shown is { } seen ? $"; Chromium's picture and the decrypted one: {seen:F2}" : "")})"));
    }

    private static byte[] Join(AuditedTrack track, int first, int count) =>
    [
        .. track.Segments[0].Init ?? [],
        .. track.Segments.Skip(Math.Max(0, first)).Take(count).SelectMany(static files => files.Segment),
    ];
}
