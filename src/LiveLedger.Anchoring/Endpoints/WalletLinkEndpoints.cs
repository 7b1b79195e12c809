using System.Security.Claims;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Chain;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary>Which wallets are a viewer's, and that one is no more: a link that somebody else made has to be seen, and to end.</summary>
internal sealed class WalletLinkEndpoints(TicketEffects tickets, AnchoringLinks links, ChainSettings settings)
{
    /// <summary>For a viewer with a token of the shop's, on <c>/v1/wallet</c>.</summary>
    public static void MapViewers(RouteGroupBuilder wallet)
    {
        wallet.MapGet("", static (ClaimsPrincipal user, WalletLinkEndpoints e, CancellationToken cancel) =>
        {
            var (broadcast, viewer) = ViewerOf(user);
            return e.ListAsync(broadcast, viewer, cancel);
        }).WithName("listWallets").Produces<WalletListView>();
        wallet.MapDelete("{wallet}", static (string wallet, ClaimsPrincipal user, WalletLinkEndpoints e, CancellationToken cancel) =>
        {
            var (broadcast, viewer) = ViewerOf(user);
            return e.UnlinkAsync(broadcast, viewer, wallet, byShop: false, cancel);
        }).WithName("unlinkWallet").Produces(204);
    }

    /// <summary>For the shop, of its viewers, with an API token.</summary>
    public static void MapShops(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/viewer-wallets").WithTags("tickets");
        group.MapGet("", static async (string id, string? viewer, ClaimsPrincipal user, WalletLinkEndpoints e, CancellationToken cancel) =>
            await e.ListAsync(await e.OwnedAsync(id, user, cancel), viewer ?? "", cancel)).WithName("listViewerWallets").Produces<WalletListView>();
        group.MapDelete("{wallet}", static async (string id, string wallet, string? viewer, ClaimsPrincipal user, WalletLinkEndpoints e, CancellationToken cancel) =>
            await e.UnlinkAsync(await e.OwnedAsync(id, user, cancel), viewer ?? "", wallet, byShop: true, cancel)).WithName("unlinkViewerWallet").Produces(204);
    }

    /// <summary>Whom a viewer token lets say whose wallets are. One that came by a wallet does not: who has the wallet, or had it linked, must not link the next.</summary>
    /// <exception cref="RefusedException">It lets nobody.</exception>
    public static (BroadcastId Broadcast, string Viewer) ViewerOf(ClaimsPrincipal user) =>
        user.HasClaim(static c => c.Type == "by") ? throw new RefusedException(ChainRefusals.TokenOfWallet)
        : BroadcastId.TryParse(user.FindFirst("broadcast")?.Value, out var broadcast) && user.FindFirst("sub")?.Value is { } viewer ? (broadcast, viewer)
        : throw new RefusedException(ChainRefusals.BroadcastUnknown);

    private async Task<IResult> ListAsync(BroadcastId broadcast, string viewer, CancellationToken cancel) =>
        Results.Ok(new WalletListView([.. (await links.WalletsOf(broadcast, viewer, cancel)).Select(static w => new WalletView(w.Wallet, w.LinkedAt))]));

    private async Task<IResult> UnlinkAsync(BroadcastId broadcast, string viewer, string wallet, bool byShop, CancellationToken cancel)
    {
        if (!await links.UnlinkWallet(broadcast, wallet, viewer, byShop, cancel))
        {
            return ChainRefusals.WalletUnknown.ToResult();
        }

        // Its tickets are the wallet's own again, as before the link. A wallet of another chain has none here.
        if (TicketEffects.TryReadWallet(settings.Deployment.Chain, wallet, out var address))
        {
            await tickets.SettleAllAsync(address, broadcast, cancel);
        }

        return Results.NoContent();
    }

    private async Task<BroadcastId> OwnedAsync(string id, ClaimsPrincipal user, CancellationToken cancel) =>
        user.FindFirst("role")?.Value != "broadcaster" ? throw new RefusedException(ChainRefusals.RoleMissing)
        : BroadcastId.TryParse(id, out var broadcast) && await links.OwnerOf(broadcast, cancel) is { } owner && owner == user.FindFirst("sub")?.Value ? broadcast
        : throw new RefusedException(ChainRefusals.BroadcastUnknown);
}

/// <summary>A viewer's wallets in a broadcast, the last linked first.</summary>
internal sealed record WalletListView(IReadOnlyList<WalletView> Items);

/// <summary>A wallet (CAIP-10; null if it was linked before this was kept), and since when it is the viewer's.</summary>
internal sealed record WalletView(string? Wallet, DateTimeOffset LinkedAt);
