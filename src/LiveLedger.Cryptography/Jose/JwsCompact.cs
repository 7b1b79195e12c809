using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Jose;

/// <summary>
/// Writes and reads JWS in compact form (RFC 7515 §7.1) in one narrow profile: <c>alg</c> is EdDSA with Ed25519
/// (RFC 8037 §3.1), the header has exactly <c>alg</c>, <c>typ</c> and <c>kid</c>, the payload is one JSON object.
/// </summary>
/// <remarks>
/// <c>typ</c> is the domain tag: what was signed as a viewer token is never taken for an admission (RFC 8725 §3.11).
/// Everything optional in RFC 7515 is refused, which leaves nothing for two readers to disagree about: no <c>crit</c>,
/// <c>b64</c>, <c>jwk</c>, <c>jku</c> or <c>x5u</c>, no escapes in the header, no repeated members, no padding.
/// </remarks>
public static class JwsCompact
{
    /// <summary>Longest text read or written, in characters.</summary>
    public const int MaxLength = 8 * 1024;

    private const int MaxTypLength = 64;
    private const int MaxKidLength = 128;
    private const int MaxPayloadDepth = 16;

    /// <summary>Signs a JSON object.</summary>
    /// <param name="typ">The kind of statement, e.g. <c>liveledger-viewer+jwt</c>.</param>
    /// <param name="kid">Names the key to the reader: its RFC 7638 thumbprint, see <see cref="JwkThumbprint"/>.</param>
    /// <param name="payloadJson">UTF-8 JSON, taken as it is.</param>
    /// <param name="key">The signing key.</param>
    /// <exception cref="ArgumentException">What would be written could not be read again by <see cref="TryParse(ReadOnlySpan{char}, out JwsMessage?)"/>.</exception>
    public static string Sign(string typ, string kid, ReadOnlySpan<byte> payloadJson, Ed25519PrivateKey key)
    {
        if (!IsPlain(typ, MaxTypLength))
        {
            throw new ArgumentException("typ is 1 to 64 printable ASCII characters without quote or backslash", nameof(typ));
        }

        if (!IsPlain(kid, MaxKidLength))
        {
            throw new ArgumentException("kid is 1 to 128 printable ASCII characters without quote or backslash", nameof(kid));
        }

        if (!IsJsonObject(payloadJson.ToArray()))
        {
            throw new ArgumentException("the payload is one JSON object without repeated members", nameof(payloadJson));
        }

        var header = Encoding.ASCII.GetBytes($$"""{"alg":"EdDSA","typ":"{{typ}}","kid":"{{kid}}"}""");
        var text = Assemble(header, payloadJson, key);
        return text.Length <= MaxLength
            ? text
            : throw new ArgumentException($"a JWS has at most {MaxLength} characters", nameof(payloadJson));
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out JwsMessage?)"/>
    /// <param name="text">The compact form.</param>
    /// <param name="typ">The only kind to accept.</param>
    /// <param name="message">The parts, still unverified.</param>
    public static bool TryParse(ReadOnlySpan<char> text, string typ, [NotNullWhen(true)] out JwsMessage? message)
    {
        if (TryParse(text, out message) && message.Typ == typ)
        {
            return true;
        }

        message = null;
        return false;
    }

    /// <summary>True if the header is one of ours and names this kind: a look that chooses who reads the rest.</summary>
    public static bool IsOf(ReadOnlySpan<char> text, string typ) =>
        text.Length <= MaxLength && text.IndexOf('.') is > 0 and var end && StrictBase64Url.TryDecode(text[..end], out var header) && TryReadHeader(header, out var found, out _) && found == typ;

    /// <summary>Takes a JWS from outside apart. Nothing in it may be believed before <see cref="JwsMessage.Verify"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out JwsMessage? message)
    {
        message = null;
        if (text.Length > MaxLength)
        {
            return false;
        }

        var firstDot = text.IndexOf('.');
        var lastDot = text.LastIndexOf('.');
        if (firstDot < 0 || lastDot == firstDot)
        {
            return false;
        }

        // A third dot would be in the middle part, where the base64url reader refuses it.
        if (!StrictBase64Url.TryDecode(text[..firstDot], out var header)
            || !StrictBase64Url.TryDecode(text[(firstDot + 1)..lastDot], out var payload)
            || !StrictBase64Url.TryDecode(text[(lastDot + 1)..], out var signature)
            || signature.Length != Ed25519PublicKey.SignatureLength
            || !TryReadHeader(header, out var typ, out var kid)
            || !IsJsonObject(payload))
        {
            return false;
        }

        message = new(typ, kid, payload, Encoding.ASCII.GetBytes(text[..lastDot].ToString()), signature);
        return true;
    }

    /// <summary>header.payload.signature for any header: the part of RFC 7515 that knows no profile.</summary>
    internal static string Assemble(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Ed25519PrivateKey key)
    {
        // RFC 7515 §5.1 step 8: the signature covers ASCII(BASE64URL(header) || '.' || BASE64URL(payload)).
        var input = $"{StrictBase64Url.Encode(header)}.{StrictBase64Url.Encode(payload)}";
        Span<byte> signature = stackalloc byte[Ed25519PublicKey.SignatureLength];
        key.Sign(Encoding.ASCII.GetBytes(input), signature);
        return $"{input}.{StrictBase64Url.Encode(signature)}";
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> json, out string typ, out string kid)
    {
        (typ, kid) = ("", "");
        string? alg = null, foundTyp = null, foundKid = null;

        // Without escapes a member has one spelling, so comparing bytes finds every repetition.
        if (json.Contains((byte)'\\') || json.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ref var member = ref alg;
                if (reader.ValueTextEquals("typ"u8))
                {
                    member = ref foundTyp;
                }
                else if (reader.ValueTextEquals("kid"u8))
                {
                    member = ref foundKid;
                }
                else if (!reader.ValueTextEquals("alg"u8))
                {
                    return false;
                }

                if (member is not null || !reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return false;
                }

                member = reader.GetString();
            }

            // Reading on finds anything after the object.
            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            {
                return false;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        if (alg != "EdDSA" || !IsPlain(foundTyp, MaxTypLength) || !IsPlain(foundKid, MaxKidLength))
        {
            return false;
        }

        (typ, kid) = (foundTyp, foundKid);
        return true;
    }

    private static bool IsPlain([NotNullWhen(true)] string? text, int maxLength)
        => text is not null && text.Length is > 0 && text.Length <= maxLength
            && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.AsSpan().ContainsAny('"', '\\');

    private static bool IsJsonObject(ReadOnlyMemory<byte> json)
    {
        // The JSON reader looks at UTF-8 only when a string is fetched; a payload is refused as a whole.
        if (!Utf8.IsValid(json.Span))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                AllowDuplicateProperties = false,
                MaxDepth = MaxPayloadDepth,
            });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A member name with half a surrogate pair as an escape has no text to compare.
            return false;
        }
    }
}
