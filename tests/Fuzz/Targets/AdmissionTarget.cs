using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Revocations;

namespace LiveLedger.Fuzz.Targets;

/// <summary>
/// Admissions and revocations: nothing that was not signed is taken; and whatever the platform could be made to sign, what is read of it is within its bounds and reads the same again.
/// </summary>
internal static class AdmissionTarget
{
    private const string Issuer = "https://live.example";

    private static readonly Ed25519PrivateKey s_key = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)6, 32).ToArray());
    private static readonly BroadcastId s_broadcast = new(new Guid("01990000000070008000000000000001"));
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly AdmissionVerifier s_verifier = new(Issuer, [s_key.PublicKey]);

    private static readonly string[] s_signed =
    [
        Signed(static a => a),
        Signed(static a => a with { Role = PeerRole.Relay, Origin = "https://relay.example", UploadLimit = 5, IsPrivate = true, Tracks = [Track("0"), Track("1")] }),
        RevocationToken.Sign(new(Issuer, s_broadcast, [new(default)], s_now), s_key),
    ];

    /// <summary>Tokens, and their claims alone: <see cref="Read"/> signs what comes of those, so that mutation reaches the reader of claims.</summary>
    public static FuzzTarget Create() => new("admission", [.. s_signed.Select(Encoding.ASCII.GetBytes), .. s_signed.Select(Claims)], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (!s_signed.Contains(text)
            && (s_verifier.Verify(text, s_broadcast, s_now, out _) == AdmissionRefusal.None || RevocationToken.Read(text, Issuer, [s_key.PublicKey], s_broadcast) is not null))
        {
            throw new FuzzException("an admission or a revocation was forged");
        }

        foreach (var typ in new[] { AdmissionToken.Typ, RevocationToken.Typ })
        {
            if (Sign(typ, input) is { } token)
            {
                ReadSigned(token);
            }
        }
    }

    private static void ReadSigned(string token)
    {
        if (s_verifier.Verify(token, s_broadcast, s_now, out var admission) == AdmissionRefusal.None
            && (admission!.ExpiresAt - admission.IssuedAt > Admission.LongestLife || admission.Broadcast != s_broadcast || admission.Issuer != Issuer
                || admission.UploadLimit < 0 || admission.Tracks is { Count: 0 or > Admission.MaxTracks }
                || s_verifier.Verify(AdmissionToken.Sign(admission, s_key), s_broadcast, s_now, out var again) != AdmissionRefusal.None || again! with { Tracks = null } != admission with { Tracks = null }))
        {
            throw new FuzzException("an admission out of its bounds, or one that reads otherwise when written again");
        }

        if (RevocationToken.Read(token, Issuer, [s_key.PublicKey], s_broadcast) is { Peers.Count: 0 or > Revocation.MaxPeers })
        {
            throw new FuzzException("a revocation of nobody, or of too many");
        }
    }

    private static string? Sign(string typ, ReadOnlySpan<byte> claims)
    {
        try
        {
            return JwsCompact.Sign(typ, JwkThumbprint.Of(s_key.PublicKey), claims, s_key);
        }
        catch (ArgumentException)
        {
            // No JSON object, or too long.
            return null;
        }
    }

    private static byte[] Claims(string token) => JwsCompact.TryParse(token, out var message) ? message.Payload.ToArray() : [];

    private static string Signed(Func<Admission, Admission> change) => AdmissionToken.Sign(change(new()
    {
        Issuer = Issuer,
        Id = StrictBase64Url.Encode(new byte[16]),
        Peer = new(default),
        Key = s_key.PublicKey,
        Broadcast = s_broadcast,
        Role = PeerRole.Viewer,
        IssuedAt = s_now,
        ExpiresAt = s_now.AddMinutes(10),
        Identity = s_key.PublicKey,
        Tracker = new("wss://live.example/v1/swarm"),
    }), s_key);

    private static TrackName Track(string text) => TrackName.TryParse(text, out var track) ? track : throw new FuzzException(text);
}
