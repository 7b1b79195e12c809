using System.Buffers;
using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Revocations;

/// <summary>Signs and reads revocations: JWS of a kind of their own. Peers pass them on, so anybody must be able to check one.</summary>
public static class RevocationToken
{
    /// <summary>The domain tag.</summary>
    public const string Typ = "liveledger-revocation+jwt";

    /// <summary>Longest token in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>Signs one.</summary>
    public static string Sign(Revocation revocation, Ed25519PrivateKey key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(revocation.Peers.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revocation.Peers.Count, Revocation.MaxPeers);
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("iss", revocation.Issuer);
            json.WriteString("aud", AdmissionToken.Audience);
            json.WriteNumber("iat", revocation.IssuedAt.ToUnixTimeSeconds());
            json.WriteString("broadcast", revocation.Broadcast.ToString());
            json.WriteStartArray("peers");
            foreach (var peer in revocation.Peers)
            {
                json.WriteStringValue(peer.ToString());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return JwsCompact.Sign(Typ, JwkThumbprint.Of(key.PublicKey), payload.WrittenSpan, key);
    }

    /// <summary>Takes a revocation from anybody; null unless the platform signed it for this broadcast.</summary>
    /// <param name="text">From outside.</param>
    /// <param name="issuer">The platform.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="broadcast">The broadcast.</param>
    public static Revocation? Read(ReadOnlySpan<char> text, string issuer, IReadOnlyCollection<Ed25519PublicKey> keys, BroadcastId broadcast)
    {
        if (text.Length > MaxLength || !JwsCompact.TryParse(text, Typ, out var message)
            || !keys.Any(key => JwkThumbprint.Of(key) == message.Kid && message.Verify(key)))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(message.Payload, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            var claims = document.RootElement;
            var named = claims.GetProperty("peers");
            if (claims.GetProperty("aud").GetString() != AdmissionToken.Audience || claims.GetProperty("iss").GetString() != issuer
                || !BroadcastId.TryParse(claims.GetProperty("broadcast").GetString(), out var stated) || stated != broadcast
                || !claims.GetProperty("iat").TryGetInt64(out var issued) || issued is <= 0 or > AdmissionClaims.MaxTime
                || named.GetArrayLength() is < 1 or > Revocation.MaxPeers)
            {
                return null;
            }

            var peers = new List<PeerPseudonym>();
            foreach (var item in named.EnumerateArray())
            {
                if (!PeerPseudonym.TryParse(item.GetString(), out var peer))
                {
                    return null;
                }

                peers.Add(peer);
            }

            return new(issuer, broadcast, peers, DateTimeOffset.FromUnixTimeSeconds(issued));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
