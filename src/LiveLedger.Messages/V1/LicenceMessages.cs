namespace LiveLedger.Messages.V1;

/// <summary>Keys were given to a playback.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Playback">The playback's id: one token at play.</param>
/// <param name="Entitlement">The entitlement's id.</param>
/// <param name="KeyIds">Ids of the keys, never keys.</param>
/// <param name="Renewal">0 for the playback's first licence.</param>
/// <param name="At">When it was decided; an event may be logged later.</param>
public sealed record LicenceGranted(
    LedgerPlace Place, string Broadcast, string Playback, string Entitlement, IReadOnlyList<string> KeyIds, int Renewal, DateTimeOffset At);

/// <summary>Keys were asked for and not given.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Playback">The playback's id.</param>
/// <param name="Reason">The decision as logged, e.g. <c>entitlement-revoked</c>; what was answered may say less.</param>
/// <param name="At">When it was decided.</param>
public sealed record LicenceRefused(LedgerPlace Place, string Broadcast, string Playback, string Reason, DateTimeOffset At);
