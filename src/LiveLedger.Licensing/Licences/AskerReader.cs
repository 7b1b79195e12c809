using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Regions;
using LiveLedger.Media;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Licensing.Licences;

/// <summary>From a request with a viewer token, verified, to who asks.</summary>
internal sealed class AskerReader(ViewerPseudonyms pseudonyms, MasterKeys masters, RegionResolver regions)
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
                ? new(token, broadcast, pseudonyms.Find(broadcast, viewer) ?? StrangerOf(broadcast, token, viewer)) { Region = RegionOf(context) }
                : throw new RefusedException(s_token);
    }

    /// <summary>Where a request comes from; null if nobody can say.</summary>
    public string? RegionOf(HttpContext context) => regions.Of(context);

    // Who has no key of their own is known by the token alone, at every server alike, so that who shows it finds what was decided of it. Another token is somebody else.
    private ViewerPseudonym StrangerOf(BroadcastId broadcast, string token, string viewer)
    {
        var name = new byte[Bytes32.Length];
        if (masters.Has(broadcast))
        {
            masters.Derive(broadcast, Encoding.UTF8.GetBytes($"liveledger stranger v1\n{token}\n{viewer}"), name);
        }
        else
        {
            // A broadcast that is none of ours has no secret either.
            RandomNumberGenerator.Fill(name);
        }

        return new(new(name));
    }
}
