using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Regions;
using LiveLedger.Media;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Licensing.Licences;

/// <summary>From a request with a viewer token, verified, to who asks.</summary>
internal sealed class AskerReader(ViewerPseudonyms pseudonyms, RegionResolver regions)
{
    private static readonly Refusal s_token = new(401, "token-invalid", "The token is not one for this address.");

    /// <summary>Who asks.</summary>
    /// <exception cref="RefusedException">The token says it of nobody.</exception>
    public Asker Read(HttpContext context)
    {
        var user = context.User;
        return BroadcastId.TryParse(user.FindFirst("broadcast")?.Value, out var broadcast)
            && user.FindFirst("jti")?.Value is { Length: > 0 and <= 64 } token
            && user.FindFirst("sub")?.Value is { } viewer && ViewerPseudonyms.IsViewer(viewer)
                ? new(token, broadcast, pseudonyms.Of(broadcast, viewer)) { Region = RegionOf(context) }
                : throw new RefusedException(s_token);
    }

    /// <summary>Where a request comes from; null if nobody can say.</summary>
    public string? RegionOf(HttpContext context) => regions.Of(context);
}
