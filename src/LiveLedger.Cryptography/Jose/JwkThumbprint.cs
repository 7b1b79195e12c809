using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Jose;

/// <summary>The JWK thumbprint (RFC 7638) of an Ed25519 key, which is the <c>kid</c> of everything we sign as JWS.</summary>
public static class JwkThumbprint
{
    /// <summary>base64url of SHA-256: 43 characters.</summary>
    public static string Of(Ed25519PublicKey key)
    {
        // RFC 8037 §2: the required members of an OKP key, in lexicographic order and without white space (RFC 7638 §3.3).
        var canonical = $$"""{"crv":"Ed25519","kty":"OKP","x":"{{Jwk.Coordinate(key)}}"}""";
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        SHA256.HashData(Encoding.ASCII.GetBytes(canonical), hash);
        return StrictBase64Url.Encode(hash);
    }
}
