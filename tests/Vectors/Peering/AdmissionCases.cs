using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Revocations;
using static LiveLedger.Vectors.Peering.PeeringWorld;

namespace LiveLedger.Vectors.Peering;

/// <summary>An admission as shown by a stranger, and what is said of it.</summary>
/// <param name="Name">What is the matter with it.</param>
/// <param name="Token">The text.</param>
/// <param name="Broadcast">Where it is shown.</param>
/// <param name="Now">Unix seconds.</param>
/// <param name="Expected">The refusal's name, or <c>ok</c>.</param>
internal sealed record AdmissionCase(string Name, string Token, string Broadcast, long Now, string Expected);

internal static class AdmissionCases
{
    public static IReadOnlyList<AdmissionCase> All() =>
    [
        Case("a viewer's", Signed()),
        Case("a private viewer's with tracks and a limit", Signed(a => a with { IsPrivate = true, Tracks = [Track("0"), Track("audio-en")], UploadLimit = 0 })),
        Case("a relay's", Signed(a => a with { Role = PeerRole.Relay, Origin = "https://relay.example:8443", UploadLimit = 1L << 53 })),
        Case("a seed's without an origin", Signed(a => a with { Role = PeerRole.Seed })),
        Case("a proven viewer's", Signed(a => a with { Band = Band.Proven })),
        Case("a known relay's", Signed(a => a with { Role = PeerRole.Relay, Band = Band.Known })),
        Case("that says it is new", Altered(c => c["band"] = "new")),
        Case("with a band that is none", Altered(c => c["band"] = "banned")),
        Case("with a band that is a number", Altered(c => c["band"] = 1)),
        Case("a pardoned viewer's", Signed(a => a with { PardonedAt = Now.AddDays(-3) })),
        Case("pardoned in a text", Altered(c => c["pardoned"] = "1")),
        Case("pardoned at no time", Altered(c => c["pardoned"] = 0)),
        Case("with a claim of a later version", Altered(c => c["colour"] = "blue")),
        Case("one second before its time, and the leeway", Signed(), now: Now.AddSeconds(-31)),
        Case("at the leeway before its time", Signed(), now: Now.AddSeconds(-30)),
        Case("in its last second of leeway", Signed(), now: Now.AddSeconds(629)),
        Case("over", Signed(), now: Now.AddSeconds(630)),
        Case("shown for another broadcast", Signed(), broadcast: OtherBroadcast),
        Case("of another platform", Signed(a => a with { Issuer = "https://other.example" })),
        Case("signed by a key that is not the platform's", AdmissionToken.Sign(Admission(), OtherPlatform)),
        Case("signed by the peer itself under the platform's name", JwsCompact.Sign(AdmissionToken.Typ, JwkThumbprint.Of(Platform.PublicKey), Claims(), Alice)),
        Case("of another kind", JwsCompact.Sign("liveledger-viewer+jwt", JwkThumbprint.Of(Platform.PublicKey), Claims(), Platform)),
        Case("alg none", WithHeader("""{"alg":"none","typ":"liveledger-admission+jwt","kid":"KID"}""")),
        Case("alg HS256", WithHeader("""{"alg":"HS256","typ":"liveledger-admission+jwt","kid":"KID"}""")),
        Case("a key in the header", WithHeader("""{"alg":"EdDSA","typ":"liveledger-admission+jwt","kid":"KID","jwk":{}}""")),
        Case("with a dot more", Signed() + "."),
        Case("with padding", Signed() + "="),
        Case("empty", ""),
        Case("too long", new string('A', AdmissionToken.MaxLength + 1)),
        Case("altered by a bit", Flipped()),
        Case("for another audience", Altered(c => c["aud"] = "liveledger-api")),
        Case("without a broadcast", Altered(c => c.Remove("broadcast"))),
        Case("with a broadcast in capitals", Altered(c => c["broadcast"] = Broadcast.ToString().ToUpperInvariant()[..31] + "A")),
        Case("with a short pseudonym", Altered(c => c["sub"] = "AgIC")),
        Case("with a role that is none", Altered(c => c["role"] = "king")),
        Case("with a role that is a number", Altered(c => c["role"] = 1)),
        Case("for eleven minutes", Altered(c => c["exp"] = Now.ToUnixTimeSeconds() + 601)),
        Case("that ends as it begins", Altered(c => c["exp"] = Now.ToUnixTimeSeconds())),
        Case("with nbf after iat", Altered(c => c["nbf"] = Now.ToUnixTimeSeconds() + 1)),
        Case("with a time that is text", Altered(c => c["iat"] = "1790000000")),
        Case("with a low-order key", Altered(c => c["cnf"]!["jwk"]!["x"] = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        Case("with a key off the curve", Altered(c => c["cnf"]!["jwk"]!["x"] = "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        Case("with a private key", Altered(c => c["cnf"]!["jwk"]!["d"] = "AA")),
        Case("with a P-256 key", Altered(c => c["cnf"]!["jwk"]!["crv"] = "P-256")),
        Case("with a low-order identity", Altered(c => c["identity"] = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        Case("without a key", Altered(c => c.Remove("cnf"))),
        Case("with a tracker over HTTP", Altered(c => c["tracker"] = "https://live.example/v1/swarm")),
        Case("with a tracker that has a password", Altered(c => c["tracker"] = "wss://a:b@live.example/v1/swarm")),
        Case("with a track twice", Altered(c => c["tracks"] = new JsonArray("0", "0"))),
        Case("with no tracks", Altered(c => c["tracks"] = new JsonArray())),
        Case("with 33 tracks", Altered(c => c["tracks"] = new JsonArray([.. Enumerable.Range(0, 33).Select(static n => JsonValue.Create($"t{n}"))]))),
        Case("with an upload below nothing", Altered(c => c["upload"] = -1)),
        Case("with an upload beyond 2^53", Altered(c => c["upload"] = (1L << 53) + 2)),
        Case("with a viewer's origin", Altered(c => c["origin"] = "https://relay.example")),
        Case("with an origin that has a path", Altered(c => (c["role"], c["origin"]) = ("relay", "https://relay.example/x"))),
        Case("with private that is text", Altered(c => c["private"] = "yes")),
    ];

    /// <summary>What our own reader says, and what it read.</summary>
    public static (string Verdict, Admission? Admission) Ask(AdmissionCase given)
    {
        Assert.True(BroadcastId.TryParse(given.Broadcast, out var broadcast));
        var refusal = new AdmissionVerifier(Issuer, [Platform.PublicKey]).Verify(given.Token, broadcast, DateTimeOffset.FromUnixTimeSeconds(given.Now), out var admission);
        return (NameOf(refusal), admission);
    }

    public static IReadOnlyList<object> Revocations()
    {
        var two = RevocationToken.Sign(new(Issuer, Broadcast, [Pseudonym(2), Pseudonym(3)], Now), Platform);
        return
        [
            Revoked("of two peers", two),
            Revoked("of another platform", RevocationToken.Sign(new("https://other.example", Broadcast, [Pseudonym(2)], Now), Platform)),
            Revoked("of another broadcast", RevocationToken.Sign(new(Issuer, OtherBroadcast, [Pseudonym(2)], Now), Platform)),
            Revoked("signed by a peer", RevocationToken.Sign(new(Issuer, Broadcast, [Pseudonym(2)], Now), Alice)),
            Revoked("an admission", Signed()),
            Revoked("altered by a bit", two[..^1] + (two[^1] == 'A' ? 'Q' : 'A')),
            Revoked("of nobody", JwsCompact.Sign(RevocationToken.Typ, JwkThumbprint.Of(Platform.PublicKey),
                Encoding.UTF8.GetBytes($$"""{"iss":"{{Issuer}}","aud":"liveledger-swarm","iat":1790000000,"broadcast":"{{Broadcast}}","peers":[]}"""), Platform)),
        ];

        static object Revoked(string name, string token) => new
        {
            name,
            token,
            peers = RevocationToken.Read(token, Issuer, [Platform.PublicKey], Broadcast)?.Peers.Select(static p => p.ToString()),
        };
    }

    private static string NameOf(AdmissionRefusal refusal) => refusal == AdmissionRefusal.None
        ? "ok"
        : string.Concat(refusal.ToString().Select(static (c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static AdmissionCase Case(string name, string token, DateTimeOffset? now = null, BroadcastId? broadcast = null)
    {
        var asked = new AdmissionCase(name, token, (broadcast ?? Broadcast).ToString(), (now ?? Now.AddSeconds(1)).ToUnixTimeSeconds(), "");
        return asked with { Expected = Ask(asked).Verdict };
    }

    private static string Signed(Func<Admission, Admission>? change = null) => AdmissionToken.Sign((change ?? (static a => a))(Admission()), Platform);

    private static byte[] Claims() => JwsCompact.TryParse(Signed(), AdmissionToken.Typ, out var message) ? message.Payload.ToArray() : [];

    /// <summary>Signed by the platform all the same: what a reader must still refuse.</summary>
    private static string Altered(Action<JsonObject> change)
    {
        var claims = JsonNode.Parse(Claims())!.AsObject();
        change(claims);
        return JwsCompact.Sign(AdmissionToken.Typ, JwkThumbprint.Of(Platform.PublicKey), Encoding.UTF8.GetBytes(claims.ToJsonString()), Platform);
    }

    private static string WithHeader(string header)
    {
        var input = $"{Url(Encoding.ASCII.GetBytes(header.Replace("KID", JwkThumbprint.Of(Platform.PublicKey), StringComparison.Ordinal)))}.{Url(Claims())}";
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        Platform.Sign(Encoding.ASCII.GetBytes(input), signature);
        return $"{input}.{Url(signature)}";

        static string Url(byte[] bytes) => Cryptography.StrictBase64Url.Encode(bytes);
    }

    private static string Flipped()
    {
        var token = Signed();
        var at = token.IndexOf('.', StringComparison.Ordinal) + 40;
        return token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
    }
}
