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
