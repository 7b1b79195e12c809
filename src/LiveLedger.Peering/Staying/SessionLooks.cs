using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Staying;

/// <summary>The payload of a <c>swarm-sessions</c> event (docs/formats/sessions.md): looks of one room. Read with every number bounded, whoever wrote it.</summary>
public static partial class SessionLooks
{
    /// <summary>Most looks in an event.</summary>
    public const int MaxLooks = 1000;

    /// <summary>Longest payload that is read.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const long MaxBytesSaid = 1L << 53;
    private const long LongestStayMs = 31L * 24 * 3_600_000;

    // The years from 2001 to 2286: a clock that is further off than this writes nothing that is learned from.
    private const long FirstMs = 1_000_000_000_000;
    private const long LastMs = 9_999_999_999_999;

    /// <summary>Writes them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxLooks"/>.</exception>
    public static byte[] Encode(BroadcastId broadcast, IReadOnlyList<Look> looks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(looks.Count, MaxLooks);
        return JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), [.. looks.Select(static l => Write(l))]), LooksJsonContext.Default.LooksJson);
    }

    /// <summary>Reads them; false if anything in it is out of its bounds.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out BroadcastId broadcast, [NotNullWhen(true)] out IReadOnlyList<Look>? looks)
    {
        (broadcast, looks) = (default, null);
        LooksJson? json;
        try
        {
            json = payload.Length <= MaxBytes ? JsonSerializer.Deserialize(payload, LooksJsonContext.Default.LooksJson) : null;
        }
        catch (JsonException)
        {
            return false;
        }

        if (json is not { Looks: { Length: <= MaxLooks } all } || !BroadcastId.TryParse(json.Broadcast, out broadcast))
        {
            return false;
        }

        var read = new List<Look>(all.Length);
        foreach (var one in all)
        {
            if (one is null || Read(one) is not { } look)
            {
                return false;
            }

            read.Add(look);
        }

        looks = read;
        return true;
    }

    private static LookJson Write(in Look look) => new()
    {
        Peer = look.Peer.ToString(),
        Role = look.Role.ToString().ToLowerInvariant(),
        JoinedAt = look.Facts.JoinedAt,
        At = look.Facts.At,
        Links = look.Facts.Links,
        Rtt = look.Facts.Rtt is { } rtt ? Math.Round(rtt, 1) : null,
        Sharing = look.Facts.IsSharing,
        Region = look.Facts.HasRegion,
        Visits = look.Facts.Visits,
        Stalls = look.Facts.Stalls,
        Sent = look.Facts.Sent,
        Viewers = look.Facts.Viewers,
        Slope = Math.Round(look.Facts.Slope, 4),
        Phase = look.Facts.Phase.ToString().ToLowerInvariant(),
        Seconds = Math.Round(look.Seconds, 3),
        Left = look.HasLeft,
        SentThen = look.SentThen,
        ReceivedThen = look.ReceivedThen,
    };

    private static Look? Read(LookJson json)
    {
        if (!PeerPseudonym.TryParse(json.Peer, out var peer) || RoleOf(json.Role) is not { } role || PhaseOf(json.Phase) is not { } phase
            || json.At is < FirstMs or > LastMs || json.JoinedAt < FirstMs || json.JoinedAt > json.At || json.At - json.JoinedAt > LongestStayMs
            || json.Links is < 0 or > 1024 || json.Rtt is not (null or (>= 0 and <= 60_000)) || json.Visits is < 0 or > 1_000_000 || json.Stalls is < 0 or > MaxBytesSaid
            || json.Sent is < 0 or > MaxBytesSaid || json.Viewers is < 0 or > 100_000_000 || json.Slope is not (>= -1 and <= 1) || json.Seconds is not (>= 0 and <= Look.Length)
            || json.SentThen is < 0 or > MaxBytesSaid || json.ReceivedThen is < 0 or > MaxBytesSaid)
        {
            return null;
        }

        var facts = new StayFacts
        {
            At = json.At,
            JoinedAt = json.JoinedAt,
            Links = json.Links,
            Rtt = json.Rtt,
            IsSharing = json.Sharing,
            HasRegion = json.Region,
            Visits = json.Visits,
            Stalls = json.Stalls,
            Sent = json.Sent,
            Viewers = json.Viewers,
            Slope = json.Slope,
            Phase = phase,
        };
        return new(peer, role, facts, json.Seconds, json.Left, json.SentThen, json.ReceivedThen);
    }

    private static PeerRole? RoleOf(string? text) => text switch
    {
        "viewer" => PeerRole.Viewer,
        "relay" => PeerRole.Relay,
        "seed" => PeerRole.Seed,
        _ => null,
    };

    private static StreamPhase? PhaseOf(string? text) => text switch
    {
        "opening" => StreamPhase.Opening,
        "running" => StreamPhase.Running,
        "still" => StreamPhase.Still,
        _ => null,
    };

    internal sealed record LooksJson(string? Broadcast, LookJson?[]? Looks);

    internal sealed record LookJson
    {
        public required string? Peer { get; init; }

        public required string? Role { get; init; }

        public required long JoinedAt { get; init; }

        public required long At { get; init; }

        public required int Links { get; init; }

        public double? Rtt { get; init; }

        public required bool Sharing { get; init; }

        public required bool Region { get; init; }

        public required int Visits { get; init; }

        public required long Stalls { get; init; }

        public required long Sent { get; init; }

        public required int Viewers { get; init; }

        public required double Slope { get; init; }

        public required string? Phase { get; init; }

        public required double Seconds { get; init; }

        public required bool Left { get; init; }

        public required long SentThen { get; init; }

        public required long ReceivedThen { get; init; }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false, MaxDepth = 4)]
    [JsonSerializable(typeof(LooksJson))]
    private sealed partial class LooksJsonContext : JsonSerializerContext;
}
