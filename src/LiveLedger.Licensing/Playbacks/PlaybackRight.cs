using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>What an open playback entitles its viewer to beside its keys.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Entitlement">By which entitlement.</param>
/// <param name="Sharing">Whether its viewer passes the media on, by its offer and the broadcast: <c>optional</c>, <c>required</c> or <c>forbidden</c>.</param>
/// <param name="Peers">From whom the broadcast's viewers take it.</param>
public readonly record struct PlaybackRight(BroadcastId Broadcast, Guid Entitlement, string Sharing, BroadcastPeers Peers);

/// <summary>Finds a viewer's own playback for other stages.</summary>
internal sealed class PlaybackRights(LicenceDesk desk, AskerReader askers, OpenPlaybacks playbacks, BroadcastWatch broadcasts)
{
    /// <summary>The right of a request's viewer by an open playback.</summary>
    /// <exception cref="RefusedException">It is not open here, is somebody else's, or may not go on.</exception>
    public async ValueTask<PlaybackRight> OfAsync(HttpContext context, string playback, CancellationToken cancel)
    {
        var asker = askers.Read(context);
        if (!PlaybackId.TryParse(playback, out var id) || playbacks.Find(id) is not { } open || open.Broadcast != asker.Broadcast || open.Viewer != asker.Viewer)
        {
            throw new RefusedException(PlaybackEndpoints.Unknown);
        }

        if (await desk.EndsAsync(open, askers.RegionOf(context), cancel) is { } ending)
        {
            throw new RefusedException(LicenceRefusals.Of(ending.Reason));
        }

        // From memory: that look was made for the line above. A playback is open only after the start, from when on this does not change.
        var peers = (await broadcasts.FindAsync(open.Broadcast, cancel))?.Peers;
        return new(open.Broadcast, open.Entitlement.Value, open.Terms.PeerSharing.In(peers).Name(), peers ?? BroadcastPeers.Relays);
    }
}
