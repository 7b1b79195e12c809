using System.Security.Claims;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Anchoring.Wallets;
using LiveLedger.Chain;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary><c>/v1/broadcasts/{id}/wallets/…</c>: whose a wallet is, by its own word (ERC-4361).</summary>
internal sealed class WalletEndpoints(SignInDesk desk, ChainView view, TicketEffects tickets, OwnershipEffects owners, WalletAccounts accounts, AnchoringLinks links, AnchoringOptions options, ChainSettings settings)
{
    private static readonly TimeSpan s_tokenLifetime = TimeSpan.FromHours(12);

    /// <summary>For anybody with a wallet.</summary>
    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/wallets").WithTags("tickets");
        group.MapPost("requests", static (string id, SignInRequest body, HttpContext context, WalletEndpoints e) => e.AskAsync(id, body, context)).WithName("requestSignIn").Produces<SignInView>();
        group.MapPost("sign-ins", static (string id, SignInAnswer body, HttpContext context, WalletEndpoints e) => e.SignInAsync(id, body, context)).WithName("signInWithWallet").Produces<WalletTokenView>(201);
    }

    /// <summary>For a viewer with a token: the wallet is that viewer's from now on.</summary>
    public static void MapViewers(RouteGroupBuilder wallet) =>
        wallet.MapPut("", static (SignInAnswer body, ClaimsPrincipal user, HttpContext context, WalletEndpoints e) => e.LinkAsync(body, user, context)).WithName("linkWallet").Produces(204);

    /// <summary>For a broadcaster with an API token: the wallet is that account's from now on.</summary>
    public static void MapOwners(RouteGroupBuilder broadcasts) =>
        broadcasts.MapPut("{id}/owner-wallet", static (string id, SignInAnswer body, ClaimsPrincipal user, HttpContext context, WalletEndpoints e) => e.LinkOwnerAsync(id, body, user, context))
            .WithName("linkOwnerWallet").WithTags("tickets").Produces(204);

    private async Task<IResult> AskAsync(string id, SignInRequest body, HttpContext context)
    {
        var broadcast = await KnownAsync(id, context.RequestAborted);
        if (!Address.TryParse(body.Wallet, out var wallet))
        {
            return ChainRefusals.AddressInvalid.ToResult();
        }

        context.Response.Headers.CacheControl = "no-store";
        var (message, expiresAt) = desk.Ask(broadcast, body.Purpose == "owning" ? SignInPurpose.Owning : SignInPurpose.Watching, wallet, Site(context));
        return Results.Ok(new SignInView(message, expiresAt));
    }

    private async Task<IResult> SignInAsync(string id, SignInAnswer body, HttpContext context)
    {
        var broadcast = await KnownAsync(id, context.RequestAborted);
        var wallet = TicketEffects.WalletOf(settings.Deployment.Chain, await desk.TakeAsync(broadcast, SignInPurpose.Watching, body.Message, body.Signature, Site(context), context.RequestAborted));
        // Who has linked it to nobody watches under the wallet's own name.
        var viewer = await links.ViewerOfWallet(broadcast, wallet, context.RequestAborted) ?? wallet;
        var (token, expiresAt) = links.IssueViewerToken(viewer, broadcast, s_tokenLifetime);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new WalletTokenView(token, expiresAt), statusCode: 201);
    }

    private async Task<IResult> LinkAsync(SignInAnswer body, ClaimsPrincipal user, HttpContext context)
    {
        var (broadcast, viewer) = WalletLinkEndpoints.ViewerOf(user);
        var address = await desk.TakeAsync(broadcast, SignInPurpose.Watching, body.Message, body.Signature, Site(context), context.RequestAborted);
        await links.LinkWallet(broadcast, TicketEffects.WalletOf(settings.Deployment.Chain, address), viewer, context.RequestAborted);
        await tickets.SettleAllAsync(address, broadcast, context.RequestAborted);
        return Results.NoContent();
    }

    private async Task<IResult> LinkOwnerAsync(string id, SignInAnswer body, ClaimsPrincipal user, HttpContext context)
    {
        if (user.FindFirst("role")?.Value != "broadcaster" || user.FindFirst("sub")?.Value is not { } account)
        {
            return ChainRefusals.RoleMissing.ToResult();
        }

        // Not the broadcast's owner alone: who is to be it by a token links the wallet first.
        var broadcast = await KnownAsync(id, context.RequestAborted);
        var address = await desk.TakeAsync(broadcast, SignInPurpose.Owning, body.Message, body.Signature, Site(context), context.RequestAborted);
        await accounts.LinkAsync(address, account, context.RequestAborted);
        foreach (var owned in await view.ControlledByAsync(address, context.RequestAborted))
        {
            await owners.SettleAsync(owned, context.RequestAborted);
        }

        return Results.NoContent();
    }

    private async Task<BroadcastId> KnownAsync(string id, CancellationToken cancel) =>
        BroadcastId.TryParse(id, out var broadcast) && await links.OwnerOf(broadcast, cancel) is not null ? broadcast : throw new RefusedException(ChainRefusals.BroadcastUnknown);

    // A wallet shows its owner which site asks, and signs that name (ERC-4361, "Verifying Domain Binding"). The name in a request is whatever its sender wrote: a page
    // elsewhere could have us ask in its own name and hand us the answer. So it is the operator's word that counts, or this machine's own name, which is nobody else's.
    private Uri Site(HttpContext context) =>
        options.PublicUrl is { } known ? new(known)
        : Uri.TryCreate($"{context.Request.Scheme}://{context.Request.Host}", UriKind.Absolute, out var asked) && asked.IsLoopback ? asked
        : throw new RefusedException(ChainRefusals.PublicUrlMissing);
}

/// <summary>Asks for a request.</summary>
/// <param name="Wallet">Whose answer it will be.</param>
/// <param name="Purpose"><c>watching</c> (default) or <c>owning</c>.</param>
internal sealed record SignInRequest(string? Wallet, string? Purpose = null);

/// <summary>What the wallet is to sign (personal_sign), and until when.</summary>
internal sealed record SignInView(string Message, DateTimeOffset ExpiresAt);

/// <summary>What it was given and what it answered, <c>0x…</c>.</summary>
internal sealed record SignInAnswer(string? Message, string? Signature);

/// <summary>A viewer token.</summary>
internal sealed record WalletTokenView(string Token, DateTimeOffset ExpiresAt);
