using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>What can have happened to a broadcast. Written to its stream, <c>broadcast/{id}</c>, and never changed.</summary>
internal abstract record BroadcastEvent(DateTimeOffset At);

/// <summary>The broadcast exists. <paramref name="IngestKeyHash"/> is the SHA-256 of the ingest key: the key itself is shown once and not kept.</summary>
internal sealed record BroadcastCreated(
    DateTimeOffset At, string Title, string Owner, ProtectionScheme Scheme, string SessionKey, string IngestKeyHash) : BroadcastEvent(At);

/// <summary>The broadcaster's identity key has certified the session key; <paramref name="Certificate"/> is the COSE_Sign1, base64url.</summary>
internal sealed record SignerCertified(DateTimeOffset At, string Certificate) : BroadcastEvent(At);

/// <summary>The old ingest key is no longer taken.</summary>
internal sealed record IngestKeyRotated(DateTimeOffset At, string IngestKeyHash) : BroadcastEvent(At);

/// <summary>Publishers may push.</summary>
internal sealed record BroadcastStarted(DateTimeOffset At) : BroadcastEvent(At);

/// <summary>No segment comes after those counted here: a shorter or longer recording is false.</summary>
internal sealed record BroadcastEnded(DateTimeOffset At, IReadOnlyList<TrackTotal> Tracks) : BroadcastEvent(At);

/// <summary>How a track ended: number of segments, and the record hash of the last one (hexadecimal; null if there is none).</summary>
internal sealed record TrackTotal(string Track, uint Segments, string? LastRecord);
