using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Revocations;

namespace LiveLedger.Server.Authentication;

/// <summary>Issues our own tokens: EdDSA JWTs whose key is at <c>/.well-known/jwks.json</c>.</summary>
internal sealed class TokenIssuer(Ed25519PrivateKey key, string? name, TimeProvider time)
{
    private readonly string _kid = JwkThumbprint.Of(key.PublicKey);

    /// <summary>Our <c>iss</c>. Without an address to name us by, a name made from the key: it survives a change of port.</summary>
    public string Name { get; } = name ?? $"urn:liveledger:issuer:{JwkThumbprint.Of(key.PublicKey)}";

    /// <summary>The key that verifies our tokens.</summary>
    public Ed25519PublicKey PublicKey => key.PublicKey;

    /// <summary>An API token for an account in a role.</summary>
    public IssuedToken ForApi(string account, string role, TimeSpan lifetime) => Issue(TokenKind.Api, account, "role", role, lifetime);

    /// <summary>A viewer token for one broadcast.</summary>
    public IssuedToken ForViewer(string viewer, string broadcast, TimeSpan lifetime) => Issue(TokenKind.Viewer, viewer, "broadcast", broadcast, lifetime);

    /// <summary>The same for who has come by a wallet, which the token says: it opens what the other opens, and does not say whose wallets are.</summary>
    public IssuedToken ForWallet(string viewer, string broadcast, TimeSpan lifetime) => Issue(TokenKind.Viewer, viewer, "broadcast", broadcast, lifetime, by: "wallet");

    /// <summary>A relay's token: it names the grant, which says the rest.</summary>
    public IssuedToken ForRelay(Guid grant, TimeSpan lifetime) => Issue(TokenKind.Relay, $"{grant:N}", "kind", "relay", lifetime);

    /// <summary>Signs an admission to a swarm.</summary>
    public string Sign(Admission admission) => AdmissionToken.Sign(admission, key);

    /// <summary>Signs a revocation of admissions.</summary>
    public string Sign(Revocation revocation) => RevocationToken.Sign(revocation, key);

    private IssuedToken Issue(TokenKind kind, string subject, string claim, string value, TimeSpan lifetime, string? by = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, kind.LongestLife);

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var expires = now + (long)lifetime.TotalSeconds;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", Name);
            json.WriteString("aud", kind.Audience);
            json.WriteString("sub", subject);
            json.WriteString(claim, value);
            if (by is not null)
            {
                json.WriteString("by", by);
            }

            json.WriteNumber("iat", now);

            // No nbf: a token is good from when it is made, also after the clock was set back to before that.
            json.WriteNumber("exp", expires);
            json.WriteString("jti", StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(16)));
            json.WriteEndObject();
        }

        return new(JwsCompact.Sign(kind.Typ, _kid, buffer.WrittenSpan, key), DateTimeOffset.FromUnixTimeSeconds(expires));
    }
}

/// <summary>A token and its end.</summary>
/// <remarks>Not a record: its text form must not be the token.</remarks>
internal sealed class IssuedToken(string text, DateTimeOffset expiresAt)
{
    public string Text { get; } = text;

    public DateTimeOffset ExpiresAt { get; } = expiresAt;
}
