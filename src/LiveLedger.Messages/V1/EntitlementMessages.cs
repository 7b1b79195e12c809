namespace LiveLedger.Messages.V1;

/// <summary>Somebody may watch a broadcast. Who it is stands in no message.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id, as the shop that granted it knows it.</param>
public sealed record EntitlementGranted(LedgerPlace Place, string Broadcast, string Entitlement);

/// <summary>And may no more.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id.</param>
public sealed record EntitlementRevoked(LedgerPlace Place, string Broadcast, string Entitlement);

/// <summary>May not for a while.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id.</param>
public sealed record EntitlementSuspended(LedgerPlace Place, string Broadcast, string Entitlement);

/// <summary>May again.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id.</param>
public sealed record EntitlementResumed(LedgerPlace Place, string Broadcast, string Entitlement);

/// <summary>May no more, and the price was given back.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id.</param>
public sealed record EntitlementRefunded(LedgerPlace Place, string Broadcast, string Entitlement);

/// <summary>Somebody else may, in the place of whoever could before.</summary>
/// <param name="Place">Where this stands in the log.</param>
/// <param name="Broadcast">The broadcast's id.</param>
/// <param name="Entitlement">The entitlement's id.</param>
public sealed record EntitlementTransferred(LedgerPlace Place, string Broadcast, string Entitlement);
