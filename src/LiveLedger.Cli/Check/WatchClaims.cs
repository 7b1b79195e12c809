using System.Globalization;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli.Check;

/// <summary>What the viewer in Chromium saw.</summary>
internal static class WatchClaims
{
    internal static Claim Plays(Sighting seen, int seconds)
    {
        // Half the source's 24 pictures a second: a slow machine may drop some, a frozen picture has none.
        var holds = seen.Played >= seconds * 0.9 && seen.Frames >= seconds * 12 && seen.AudioBytes > 0 && seen.Errors is null or [];
        var note = holds ? "" : $", page state {seen.State}{(seen.Errors is [var error, ..] ? $", error: {error}" : "")}";
        return Claim.Of("plays", holds, string.Create(
            CultureInfo.InvariantCulture,
            $"the stream plays in Chromium: {seen.Played:F1} s, {seen.Frames} frames, audio {(seen.AudioBytes > 0 ? "yes" : "no")}{note}"));
    }

    internal static Claim EverythingVerified(Sighting seen, Ed25519PublicKey identity) => Claim.Of(
        "verified",
        seen.Appended > 0 && seen.Verified >= seen.Appended && seen.Failures.Count == 0 && seen.Identity == IdentityText.Format(identity),
        $"every segment played was verified up to the broadcaster's identity ({seen.Appended} played, {seen.Verified} verified, {seen.Failures.Count} failed)");
}
