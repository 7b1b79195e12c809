namespace LiveLedger.Messages.V1;

/// <summary>A broadcast exists. Its owner and title are asked for through the API by who may know them.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id, 32 hexadecimal characters.</param>
/// <param name="Scheme">How it is encrypted: <c>cenc</c> or <c>cbcs</c>.</param>
public sealed record BroadcastCreated(LedgerPlace Place, string Broadcast, string Scheme);

/// <summary>Publishers may push, viewers may watch.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
public sealed record BroadcastStarted(LedgerPlace Place, string Broadcast);

/// <summary>The broadcast has ended; what was recorded is complete.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Tracks">How each track ended.</param>
public sealed record BroadcastEnded(LedgerPlace Place, string Broadcast, IReadOnlyList<EndedTrack> Tracks);

/// <summary>The broadcast is withdrawn: nothing of it is served and no key given.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
public sealed record BroadcastTakenDown(LedgerPlace Place, string Broadcast);

/// <summary>It is served again.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
public sealed record BroadcastRestored(LedgerPlace Place, string Broadcast);

/// <summary>How a track ended.</summary>
/// <param name="Track">Its name.</param>
/// <param name="Segments">Number of segments.</param>
/// <param name="LastRecord">SHA-256 of the last segment's record, hexadecimal; null if there is none.</param>
public sealed record EndedTrack(string Track, long Segments, string? LastRecord);
