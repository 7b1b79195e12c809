using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;

namespace LiveLedger.Fuzz.Targets;

/// <summary>JWS and JWK: what is read has one spelling, and nothing that verifies was not signed.</summary>
internal static class JwsTarget
{
    private static readonly Ed25519PrivateKey s_key = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)2, 32).ToArray());

    private static readonly string[] s_signed =
    [
        Sign("liveledger-api+jwt", """{"iss":"a","aud":"liveledger-api","role":"operator","sub":"ü","exp":1900000000}"""),
        Sign("liveledger-viewer+jwt", """{"sub":"v","broadcast":"0199","jti":"x","cnf":{"jwk":{"kty":"OKP"}},"n":[1,2.5e3,true,null]}"""),
        Sign("t", "{}"),
    ];

    public static FuzzTarget Create() => new("jws", [.. s_signed.Select(Encoding.ASCII.GetBytes), Encoding.ASCII.GetBytes(Jwk.ToJson(s_key.PublicKey)), .. Unwrapped()], Read);

    /// <summary>Headers and payloads before base64url, so that mutation reaches the JSON: <see cref="Read"/> wraps them.</summary>
    private static IEnumerable<byte[]> Unwrapped() =>
    [
        """{"alg":"EdDSA","typ":"t","kid":"k"}"""u8.ToArray(),
        """{"alg":"EdDSA","typ":"t","kid":"k","crit":["exp"],"\u0061lg":"none"}"""u8.ToArray(),
        """{"a":{"b":[{"c":"\ud83d\ude00"},[],{}]},"d":-1.5E+7}"""u8.ToArray(),
    ];

    private static void Read(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (JwsCompact.TryParse(text, out var message) && message.Verify(s_key.PublicKey) && !s_signed.Contains(text))
        {
            throw new FuzzException("a message was forged");
        }

        if (Jwk.TryParse(input.ToArray(), out var key) && !(Jwk.TryParse(Encoding.ASCII.GetBytes(Jwk.ToJson(key)), out var again) && again == key))
        {
            throw new FuzzException("a key read is not the key written");
        }

        // The same bytes as header and as payload. Not signed: the reader decides before any signature is looked at.
        var part = StrictBase64Url.Encode(input);
        var signature = new string('A', 86);
        if (JwsCompact.TryParse($"{part}.e30.{signature}", out message)
            && (message.Typ.Length == 0 || message.Kid.Length == 0 || input.IndexOf("EdDSA"u8) < 0))
        {
            throw new FuzzException("a header outside the profile was taken");
        }

        if (JwsCompact.TryParse($"eyJhbGciOiJFZERTQSIsInR5cCI6InQiLCJraWQiOiJrIn0.{part}.{signature}", out message)
            && !message.Payload.Span.SequenceEqual(input))
        {
            throw new FuzzException("a payload has two forms");
        }
    }

    private static string Sign(string typ, string payload) => JwsCompact.Sign(typ, JwkThumbprint.Of(s_key.PublicKey), Encoding.UTF8.GetBytes(payload), s_key);
}
