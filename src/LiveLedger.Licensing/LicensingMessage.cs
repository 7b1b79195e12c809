using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Messages.V1;

namespace LiveLedger.Licensing;

/// <summary>What the outside is told of entitlements and licences. Viewers are in no message, by no name and no pseudonym.</summary>
internal static class LicensingMessage
{
    /// <summary>The message of an event; null if the outside is told nothing.</summary>
    public static object? Of(StoredEvent stored, LedgerPlace place) => (stored.Stream.Value.Split('/'), stored.Type) switch
    {
        (["entitlement", var id], EntitlementEvents.GrantedType) => new Messages.V1.EntitlementGranted(place, EntitlementEvents.ReadGranted(stored.PayloadJson.Span).Broadcast, id),
        (["entitlement", var id], EntitlementEvents.RevokedType) => new Messages.V1.EntitlementRevoked(place, EntitlementEvents.ReadChanged(stored.PayloadJson.Span).Broadcast, id),
        (["entitlement", var id], EntitlementEvents.SuspendedType) => new EntitlementSuspended(place, EntitlementEvents.ReadChanged(stored.PayloadJson.Span).Broadcast, id),
        (["entitlement", var id], EntitlementEvents.ResumedType) => new EntitlementResumed(place, EntitlementEvents.ReadChanged(stored.PayloadJson.Span).Broadcast, id),
        (["entitlement", var id], EntitlementEvents.RefundedType) => new EntitlementRefunded(place, EntitlementEvents.ReadChanged(stored.PayloadJson.Span).Broadcast, id),
        (["entitlement", var id], EntitlementEvents.TransferredType) => new Messages.V1.EntitlementTransferred(place, EntitlementEvents.ReadTransferred(stored.PayloadJson.Span).Broadcast, id),
        // Under terms that count, this is the first licence.
        (["entitlement", var id], CountedEvents.OpenedType) => Opened(id, CountedEvents.ReadOpened(stored), place),
        (["playback", var id], PlaybackEvents.GrantedType) => Granted(id, PlaybackEvents.ReadGranted(stored.PayloadJson.Span), place),
        (["playback", var id], PlaybackEvents.RefusedType) => Refused(id, PlaybackEvents.ReadRefused(stored.PayloadJson.Span), place),
        _ => null,
    };

    private static Messages.V1.LicenceGranted Granted(string playback, Playbacks.LicenceGranted e, LedgerPlace place) =>
        new(place, e.Broadcast, playback, e.Entitlement, e.Kids, e.Renewal, e.At);

    private static Messages.V1.LicenceGranted Opened(string entitlement, PlaybackOpened e, LedgerPlace place) =>
        new(place, e.Broadcast, e.Playback, entitlement, e.Kids, Renewal: 0, e.At);

    private static Messages.V1.LicenceRefused Refused(string playback, Playbacks.LicenceRefused e, LedgerPlace place) => new(place, e.Broadcast, playback, e.Reason, e.At);
}
