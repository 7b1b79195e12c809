using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;

namespace LiveLedger.Licensing;

/// <summary>Whether a caller may act on a broadcast. Somebody else's is answered like one that does not exist.</summary>
internal static class BroadcastAccess
{
    private static readonly Refusal s_unknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");
    private static readonly Refusal s_role = new(403, "role-missing", "This needs a broadcaster's token.");

    /// <summary>The broadcast, if the caller owns it.</summary>
    /// <exception cref="RefusedException">It does not.</exception>
    public static async Task<BroadcastId> OwnedAsync(this LicensingLinks links, string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (user.FindFirst("role")?.Value != "broadcaster")
        {
            throw new RefusedException(s_role);
        }

        return BroadcastId.TryParse(id, out var broadcast) && await links.OwnerOf(broadcast, cancel) is { } owner && owner == user.FindFirst("sub")?.Value
            ? broadcast
            : throw new RefusedException(s_unknown);
    }

    /// <summary>The broadcast, if the caller owns it or may look at all of them.</summary>
    /// <exception cref="RefusedException">It may not.</exception>
    public static async Task<BroadcastId> ReadableAsync(this LicensingLinks links, string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (user.FindFirst("role")?.Value is not ("operator" or "auditor"))
        {
            return await links.OwnedAsync(id, user, cancel);
        }

        return BroadcastId.TryParse(id, out var broadcast) && await links.OwnerOf(broadcast, cancel) is not null
            ? broadcast
            : throw new RefusedException(s_unknown);
    }
}
