using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Swarm.Tracker;

/// <summary>The tracker's messages as they go out (docs/formats/tracker-messages.md).</summary>
internal static class ToPeer
{
    public static byte[] Challenge(Nonce nonce) => Write(new("challenge") { Version = 1, Nonce = StrictBase64Url.Encode(nonce.Value.ToArray()) });

    public static byte[] Joined(PeerId self, int viewers, int minViewers, int maxLinks) => Write(new("joined") { Peer = self.ToString(), Viewers = viewers, MinViewers = minViewers, MaxLinks = maxLinks });

    public static byte[] Viewers(int count) => Write(new("viewers") { Count = count });

    public static byte[] Introduce(PeerId other, string role, bool offers, Nearness near, string? origin) =>
        Write(new("introduce") { Peer = other.ToString(), Role = role, Offer = offers, Near = near.ToString().ToLowerInvariant(), Origin = origin });

    public static byte[] Signal(PeerId from, string kind, string text) => Write(new("signal") { Peer = from.ToString(), Kind = kind, Text = text });

    public static byte[] Gone(PeerId other) => Write(new("gone") { Peer = other.ToString() });

    public static byte[] Stripe(SealedNotice segment, int first, int count) =>
        Write(new("stripe") { Track = segment.Track.Value, Epoch = segment.Epoch, Sequence = segment.Sequence, First = first, Count = count });

    public static byte[] Limited(TimeSpan wait) => Write(new("limited") { RetryAfter = (int)Math.Ceiling(wait.TotalSeconds) });

    public static byte[] Revoked(string token) => Write(new("revoked") { Token = token });

    public static byte[] Refused(string code) => Write(new("refused") { Code = code });

    private static byte[] Write(ToPeerJson message) => JsonSerializer.SerializeToUtf8Bytes(message, ToPeerContext.Default.ToPeerJson);
}

/// <summary>How near two peers are to one another, as far as their addresses say.</summary>
internal enum Nearness
{
    /// <summary>Behind one public address.</summary>
    Lan,

    /// <summary>In one network: the same /24, or /48 of IPv6.</summary>
    Network,

    /// <summary>In one region of the operator's table.</summary>
    Region,

    /// <summary>Or not.</summary>
    Far,
}

/// <summary>All members that any message has.</summary>
internal sealed record ToPeerJson(string Type)
{
    public int? Version { get; init; }

    public string? Nonce { get; init; }

    public string? Peer { get; init; }

    public int? Viewers { get; init; }

    public int? MinViewers { get; init; }

    public int? MaxLinks { get; init; }

    public int? Count { get; init; }

    public string? Role { get; init; }

    public bool? Offer { get; init; }

    public string? Near { get; init; }

    public string? Origin { get; init; }

    public string? Kind { get; init; }

    public string? Text { get; init; }

    public string? Track { get; init; }

    public uint? Epoch { get; init; }

    public uint? Sequence { get; init; }

    public int? First { get; init; }

    public int? RetryAfter { get; init; }

    public string? Token { get; init; }

    public string? Code { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ToPeerJson))]
internal sealed partial class ToPeerContext : JsonSerializerContext;
