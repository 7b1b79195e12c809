using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Jose;

/// <summary>Ed25519 public keys as JSON Web Keys (RFC 7517, RFC 8037 §2).</summary>
public static class Jwk
{
    private const int MaxLength = 1024;

    /// <summary>The key as one JSON object, for signatures, with its thumbprint as <c>kid</c>.</summary>
    public static string ToJson(Ed25519PublicKey key)
        => $$"""{"kty":"OKP","crv":"Ed25519","x":"{{Coordinate(key)}}","kid":"{{JwkThumbprint.Of(key)}}","use":"sig","alg":"EdDSA"}""";

    /// <summary>The keys as a JWK set (RFC 7517 §5), as served at <c>/.well-known/jwks.json</c>.</summary>
    public static string ToSetJson(IEnumerable<Ed25519PublicKey> keys) => $$"""{"keys":[{{string.Join(',', keys.Select(ToJson))}}]}""";

    /// <summary>
    /// Takes a JWK from outside. False unless <c>kty</c> is OKP, <c>crv</c> Ed25519 and <c>x</c> a sound point; for a private
    /// key (<c>d</c>); for <c>alg</c> or <c>use</c> of another kind; for a <c>kid</c> that is not a string. Other members are ignored.
    /// </summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out Ed25519PublicKey key) => TryParse(json, [], out key);

    /// <inheritdoc cref="TryParse(ReadOnlyMemory{byte}, out Ed25519PublicKey)"/>
    /// <param name="json">From outside.</param>
    /// <param name="sound">Keys that were found sound before.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse(ReadOnlyMemory<byte> json, ReadOnlySpan<Ed25519PublicKey> sound, out Ed25519PublicKey key)
    {
        key = default;
        if (json.Length > MaxLength)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            var jwk = document.RootElement;
            return jwk.ValueKind == JsonValueKind.Object
                && Text(jwk, "kty") == "OKP"
                && Text(jwk, "crv") == "Ed25519"
                && Text(jwk, "alg") is null or "EdDSA"
                && Text(jwk, "use") is null or "sig"
                && !jwk.TryGetProperty("d", out _)
                && StrictBase64Url.TryDecode(Text(jwk, "x"), out var point)
                && Ed25519PublicKey.TryParse(point, sound, out key);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A member of the wrong type, or half a surrogate pair as an escape.
            return false;
        }
    }

    internal static string Coordinate(Ed25519PublicKey key)
    {
        Span<byte> point = stackalloc byte[Ed25519PublicKey.Length];
        key.Value.CopyTo(point);
        return StrictBase64Url.Encode(point);
    }

    private static string? Text(JsonElement jwk, string member) => jwk.TryGetProperty(member, out var value) ? value.GetString() : null;
}
