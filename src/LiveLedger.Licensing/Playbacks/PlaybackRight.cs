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
/// <param name="Sharing">What its offer says of passing the media on: <c>optional</c>, <c>required</c> or <c>forbidden</c>.</param>
public readonly record struct PlaybackRight(BroadcastId Broadcast, Guid Entitlement, string Sharing);

/// <summary>Finds a viewer's own playback for other stages.</summary>
internal sealed class PlaybackRights(LicenceDesk desk, AskerReader askers, OpenPlaybacks playbacks)
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

        return await desk.EndsAsync(open, askers.RegionOf(context), cancel) is { } ending
            ? throw new RefusedException(LicenceRefusals.Of(ending.Reason))
            : new(open.Broadcast, open.Entitlement.Value, open.Terms.PeerSharing.Name());
    }
}
