namespace LiveLedger.Cli.Rest;

/// <summary>How a broadcast is doing.</summary>
internal sealed record StatusView(
    string State, uint? Epoch, int Viewers, long LoggedSegments, long UnloggedSegments, IngestRefusal? LastIngestRefusal,
    IReadOnlyList<TrackStatus> Tracks);

/// <summary>The last time a publisher was refused.</summary>
internal sealed record IngestRefusal(DateTimeOffset At, string Code, string? Detail);

/// <summary>How one track is doing.</summary>
internal sealed record TrackStatus(string Name, string Class, string Codec, long Segments, long Bytes, uint? LastSequence, DateTimeOffset? LastReceivedAt);

/// <summary>The ledger at a glance.</summary>
internal sealed record LedgerStatus(ulong Size, string? Root, long Pending, System.Text.Json.JsonElement Halted);

/// <summary>A viewer's token, and the page it opens.</summary>
internal sealed record ViewerToken(string Token, DateTimeOffset ExpiresAt, string? WatchUrl);

/// <summary>An API token.</summary>
internal sealed record ApiToken(string Token, DateTimeOffset ExpiresAt);

/// <summary>Where a new ingest key is shown.</summary>
internal sealed record IngestKeyView(string Key);
