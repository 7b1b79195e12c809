using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Admissions;

/// <summary>Reads an admission's claims. Claims that it does not know are of a later version and ignored.</summary>
internal static class AdmissionClaims
{
    // 9999-12-31T23:59:59Z; beyond it no clock of ours can count.
    public const long MaxTime = 253_402_300_799;

    /// <summary>The claims; what is wrong with them if they are not good.</summary>
    /// <param name="payload">UTF-8 JSON.</param>
    /// <param name="admission">What they say; null if they are not good.</param>
    /// <param name="sound">Keys that were found sound before: they need not be looked at again.</param>
    public static AdmissionRefusal Read(ReadOnlyMemory<byte> payload, out Admission? admission, params ReadOnlySpan<Ed25519PublicKey> sound)
    {
        admission = null;
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return Read(document.RootElement, sound, out admission);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // No JSON; a member of the wrong type, or half a surrogate pair as an escape; a member that is missing.
            return AdmissionRefusal.Malformed;
        }
    }

    public static string RoleText(PeerRole role) => role switch
    {
        PeerRole.Viewer => "viewer",
        PeerRole.Relay => "relay",
        PeerRole.Seed => "seed",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    private static AdmissionRefusal Read(JsonElement claims, ReadOnlySpan<Ed25519PublicKey> sound, out Admission? admission)
    {
        admission = null;
        if (claims.GetProperty("aud").GetString() != AdmissionToken.Audience)
        {
            return AdmissionRefusal.WrongAudience;
        }

        if (Text(claims, "iss", Admission.MaxIssuerLength) is not { } issuer
            || claims.GetProperty("jti").GetString() is not { Length: AdmissionToken.IdLength } id || !StrictBase64Url.TryDecode(id, out _)
            || !PeerPseudonym.TryParse(claims.GetProperty("sub").GetString(), out var peer)
            || !BroadcastId.TryParse(claims.GetProperty("broadcast").GetString(), out var broadcast)
            || RoleOf(claims.GetProperty("role").GetString()) is not { } role
            || TimeOf(claims, "iat") is not { } issued || TimeOf(claims, "nbf") != issued || TimeOf(claims, "exp") is not { } expires || expires <= issued
            || AddressOf(Text(claims, "tracker", Admission.MaxUrlLength), "ws", "wss") is not { } tracker
            || !TryReadTracks(claims, out var tracks) || !TryReadLimit(claims, out var limit)
            || BandOf(claims) is not { } band || !TryReadPardon(claims, out var pardoned) || !TryReadOrigin(claims, role, out var origin))
        {
            return AdmissionRefusal.Malformed;
        }

        if (expires - issued > Admission.LongestLife)
        {
            return AdmissionRefusal.TooLong;
        }

        if (!Jwk.TryParse(System.Text.Encoding.UTF8.GetBytes(claims.GetProperty("cnf").GetProperty("jwk").GetRawText()), sound, out var key)
            || !StrictBase64Url.TryDecode(claims.GetProperty("identity").GetString(), out var point) || !Ed25519PublicKey.TryParse(point, sound, out var identity))
        {
            return AdmissionRefusal.BadKey;
        }

        admission = new()
        {
            Issuer = issuer,
            Id = id,
            Peer = peer,
            Key = key,
            Broadcast = broadcast,
            Role = role,
            IssuedAt = issued,
            ExpiresAt = expires,
            Identity = identity,
            Tracker = tracker,
            Tracks = tracks,
            UploadLimit = limit,
            IsPrivate = claims.TryGetProperty("private", out var isPrivate) && isPrivate.GetBoolean(),
            Band = band,
            PardonedAt = pardoned,
            Origin = origin,
        };
        return AdmissionRefusal.None;
    }

    private static PeerRole? RoleOf(string? text) => text switch
    {
        "viewer" => PeerRole.Viewer,
        "relay" => PeerRole.Relay,
        "seed" => PeerRole.Seed,
        _ => null,
    };

    private static Band? BandOf(JsonElement claims) => !claims.TryGetProperty("band", out var stated) ? Band.New : stated.GetString() switch
    {
        "new" => Band.New,
        "known" => Band.Known,
        "proven" => Band.Proven,
        _ => null,
    };

    private static DateTimeOffset? TimeOf(JsonElement claims, string name) =>
        claims.GetProperty(name).TryGetInt64(out var seconds) && seconds is > 0 and <= MaxTime ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static string? Text(JsonElement claims, string name, int longest) =>
        claims.GetProperty(name).GetString() is { Length: > 0 } text && text.Length <= longest ? text : null;

    private static Uri? AddressOf(string? text, string plain, string secure) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == plain || url.Scheme == secure)
            && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && url.AbsoluteUri == text ? url : null;

    private static bool TryReadTracks(JsonElement claims, out IReadOnlyList<TrackName>? tracks)
    {
        tracks = null;
        if (!claims.TryGetProperty("tracks", out var named))
        {
            return true;
        }

        if (named.GetArrayLength() is < 1 or > Admission.MaxTracks)
        {
            return false;
        }

        var found = new List<TrackName>();
        foreach (var item in named.EnumerateArray())
        {
            if (!TrackName.TryParse(item.GetString(), out var track) || found.Contains(track))
            {
                return false;
            }

            found.Add(track);
        }

        tracks = found;
        return true;
    }

    private static bool TryReadLimit(JsonElement claims, out long? limit)
    {
        limit = null;
        if (!claims.TryGetProperty("upload", out var stated))
        {
            return true;
        }

        // More than 2^53 would be two numbers to two readers (RFC 8259 §6).
        if (!stated.TryGetInt64(out var bits) || bits is < 0 or > 1L << 53)
        {
            return false;
        }

        limit = bits;
        return true;
    }

    private static bool TryReadPardon(JsonElement claims, out DateTimeOffset? pardoned)
    {
        pardoned = claims.TryGetProperty("pardoned", out _) ? TimeOf(claims, "pardoned") : null;
        return pardoned is not null || !claims.TryGetProperty("pardoned", out _);
    }

    // A viewer has none: its proofs cover DTLS. A relay without one is reached by nobody's browser.
    private static bool TryReadOrigin(JsonElement claims, PeerRole role, out string? origin)
    {
        origin = null;
        if (!claims.TryGetProperty("origin", out var stated))
        {
            return true;
        }

        if (role == PeerRole.Viewer || AddressOf(stated.GetString() + "/", "http", "https") is not { } url || url.AbsolutePath != "/" || url.Query.Length > 0)
        {
            return false;
        }

        origin = stated.GetString();
        return origin!.Length <= Admission.MaxUrlLength;
    }
}
