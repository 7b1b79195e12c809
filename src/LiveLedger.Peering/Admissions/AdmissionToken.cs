using System.Buffers;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Admissions;

/// <summary>Signs admissions.</summary>
public static class AdmissionToken
{
    /// <summary>The domain tag (RFC 8725 §3.11).</summary>
    public const string Typ = "liveledger-admission+jwt";

    /// <summary>The <c>aud</c> of every admission.</summary>
    public const string Audience = "liveledger-swarm";

    /// <summary>Longest token in characters: what a peer reads of another before anything is verified.</summary>
    public const int MaxLength = 4096;

    /// <summary>Characters of an admission's own name.</summary>
    public const int IdLength = 22;

    /// <summary>Signs an admission.</summary>
    /// <exception cref="ArgumentException">A field is out of its bounds: no reader would take it.</exception>
    public static string Sign(Admission admission, Ed25519PrivateKey key)
    {
        var payload = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(payload))
        {
            Write(admission, json);
        }

        // What every reader would refuse must not become a signature. The keys are known to be sound, or they would not be of their type.
        if (AdmissionClaims.Read(payload.WrittenMemory, out _, admission.Key, admission.Identity) is var refusal and not AdmissionRefusal.None)
        {
            throw new ArgumentException($"the admission would be refused: {refusal}", nameof(admission));
        }

        var text = JwsCompact.Sign(Typ, JwkThumbprint.Of(key.PublicKey), payload.WrittenSpan, key);
        return text.Length <= MaxLength ? text : throw new ArgumentException($"an admission has at most {MaxLength} characters", nameof(admission));
    }

    private static void Write(Admission admission, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("iss", admission.Issuer);
        json.WriteString("aud", Audience);
        json.WriteString("sub", admission.Peer.ToString());
        json.WriteString("jti", admission.Id);
        json.WriteNumber("iat", admission.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("nbf", admission.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", admission.ExpiresAt.ToUnixTimeSeconds());
        // RFC 7800 §3.2: the key whose possession is proved.
        json.WriteStartObject("cnf");
        json.WriteStartObject("jwk");
        json.WriteString("kty", "OKP");
        json.WriteString("crv", "Ed25519");
        json.WriteString("x", StrictBase64Url.Encode(admission.Key.Value.ToArray()));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("broadcast", admission.Broadcast.ToString());
        json.WriteString("role", AdmissionClaims.RoleText(admission.Role));
        json.WriteString("identity", StrictBase64Url.Encode(admission.Identity.Value.ToArray()));
        json.WriteString("tracker", admission.Tracker.AbsoluteUri);
        if (admission.Tracks is { } tracks)
        {
            json.WriteStartArray("tracks");
            foreach (var track in tracks)
            {
                json.WriteStringValue(track.Value);
            }

            json.WriteEndArray();
        }

        if (admission.UploadLimit is { } limit)
        {
            json.WriteNumber("upload", limit);
        }

        if (admission.IsPrivate)
        {
            json.WriteBoolean("private", true);
        }

        if (admission.Band != Band.New)
        {
            json.WriteString("band", Bands.TextOf(admission.Band));
        }

        if (admission.PardonedAt is { } pardoned)
        {
            json.WriteNumber("pardoned", pardoned.ToUnixTimeSeconds());
        }

        if (admission.Origin is { } origin)
        {
            json.WriteString("origin", origin);
        }

        json.WriteEndObject();
    }
}
