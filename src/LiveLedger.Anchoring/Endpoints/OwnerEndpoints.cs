using System.Security.Claims;
using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary>What a broadcaster does: gives a broadcast a token, puts tickets on sale, takes them back. The platform pays for the token; sales are the broadcaster's own transactions.</summary>
internal sealed class OwnerEndpoints(ChainView view, AccountBook account, WalletAccounts wallets, AnchorDesk anchors, AnchoringLinks links, ChainSettings settings, TimeProvider time)
{
    private const int MaxRoyalty = 2500;
    private const int MaxPayees = 16;
    private const int MostRegistrations = 10;

    // An outage up to the end is logged, anchored and proven after it, and whoever watched may be asleep by then.
    private static readonly TimeSpan s_claims = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}").WithTags("tickets");
        group.MapPost("token", static (string id, RegisterRequest body, ClaimsPrincipal user, OwnerEndpoints e, CancellationToken cancel) => e.RegisterAsync(id, body, user, cancel)).WithName("registerBroadcast").Produces<OrderedView>(202);
        group.MapPost("sales", static (string id, OpenSaleRequest body, ClaimsPrincipal user, OwnerEndpoints e, CancellationToken cancel) => e.OpenAsync(id, body, user, cancel)).WithName("prepareSale").Produces<UnsignedView>();
        group.MapPost("sales/{sale}/cancellation", static (string id, string sale, ClaimsPrincipal user, OwnerEndpoints e, CancellationToken cancel) => e.CancelAsync(id, sale, user, cancel)).WithName("prepareCancellation").Produces<UnsignedView>();
        group.MapPost("token/hand-over", static (string id, HandOverRequest body, ClaimsPrincipal user, OwnerEndpoints e) => e.AcceptAsync(id, body, user)).WithName("prepareHandOver").Produces<UnsignedView>();
    }

    private async Task<IResult> RegisterAsync(string id, RegisterRequest body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await OwnedAsync(id, user, cancel);
        if (!Address.TryParse(body.Wallet, out var wallet) || body.Royalty is < 0 or > MaxRoyalty)
        {
            return ChainRefusals.AddressInvalid.ToResult();
        }

        if (await wallets.AccountOfAsync(wallet.ToString(), cancel) != user.FindFirst("sub")?.Value)
        {
            return ChainRefusals.WalletNotYours.ToResult();
        }

        if (!IdentityText.TryParse(await links.IdentityOf(broadcast, cancel), out var identity))
        {
            return ChainRefusals.IdentityMissing.ToResult();
        }

        if (await view.TokenAsync(broadcast, cancel) is not null)
        {
            return ChainRefusals.TokenRegistered.ToResult();
        }

        // The same asked for again is the same order; another wallet or royalty is none that this one may stand for.
        var (subject, data) = ($"broadcast {broadcast}", BroadcastOwnershipCalls.Register(broadcast.Value, identity.Value, wallet, wallet, body.Royalty ?? 0));
        if (await account.AskAsync(state => state.Standing.FirstOrDefault(o => o.Purpose == OrderPurpose.Registration && o.Subject == subject && o.To == settings.Deployment.Ownership), cancel) is { } standing)
        {
            return standing.Data.Span.SequenceEqual(data) ? Results.Json(new OrderedView(standing.Id), statusCode: 202) : ChainRefusals.TokenOrdered.ToResult();
        }

        var (order, _) = await account.OrderAgainAsync(
            $"{settings.Deployment.Name}\nregister {broadcast} {HexText.Of(data)}", id => new(id, OrderPurpose.Registration, subject, settings.Deployment.Ownership, 0, data), "broadcaster", cancel,
            MostRegistrations);
        return Results.Json(new OrderedView(order), statusCode: 202);
    }

    private async Task<IResult> OpenAsync(string id, OpenSaleRequest body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await OwnedAsync(id, user, cancel);
        if (await view.TokenAsync(broadcast, cancel) is not { } token)
        {
            return ChainRefusals.TokenUnknown.ToResult();
        }

        return TermsOf(broadcast, body) is { } terms && PayeesOf(body, token) is { } payees
            ? Results.Ok(SaleEndpoints.Unsigned(settings, settings.Deployment.Tickets, TicketsCalls.CreateSale(terms, payees)))
            : ChainRefusals.TermsInvalid.ToResult();
    }

    private async Task<IResult> CancelAsync(string id, string sale, ClaimsPrincipal user, CancellationToken cancel)
    {
        var found = await SaleEndpoints.FindAsync(view, await OwnedAsync(id, user, cancel), sale, cancel);
        return Results.Ok(SaleEndpoints.Unsigned(settings, settings.Deployment.Tickets, TicketsCalls.Cancel(new(found.Sale))));
    }

    // Not for the owner of now alone: who is to be it has a token on the chain and no right here yet, and the contract knows who may.
    private Task<IResult> AcceptAsync(string id, HandOverRequest body, ClaimsPrincipal user) => Task.FromResult(
        user.FindFirst("role")?.Value != "broadcaster" ? ChainRefusals.RoleMissing.ToResult()
        : !BroadcastId.TryParse(id, out var broadcast) ? ChainRefusals.BroadcastUnknown.ToResult()
        : !IdentityText.TryParse(body.Identity, out var identity) ? ChainRefusals.TermsInvalid.ToResult()
        : Results.Ok(SaleEndpoints.Unsigned(settings, settings.Deployment.Ownership, BroadcastOwnershipCalls.AcceptHandOver(OwnershipToken.Of(broadcast.Value), identity.Value))));

    private SaleTerms? TermsOf(BroadcastId broadcast, OpenSaleRequest body)
    {
        var now = time.GetUtcNow();
        Address currency = default;
        var read = (body.Currency is null || Address.TryParse(body.Currency, out currency))
            & UInt128.TryParse(body.Price, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var price);
        TicketTransfers? transfers = body.Transfers switch { null or "always" => TicketTransfers.Always, "until-start" => TicketTransfers.UntilStart, "never" => TicketTransfers.Never, _ => null };
        var startDeadline = body.StartDeadline ?? body.Starts.AddHours(1);
        var claimDeadline = body.ClaimDeadline ?? body.Ends.AddDays(7);
        // The contract decides; what it would refuse anyway is said before somebody pays for asking it.
        return read && transfers is { } rule && body.Supply is >= 1 && body.TransferFee is null or (>= 0 and <= 5000)
            && now < body.Ends && body.Starts < body.Ends && startDeadline >= body.Starts && startDeadline <= body.Ends && claimDeadline >= body.Ends + s_claims && claimDeadline < now.AddDays(400)
            ? new()
            {
                Broadcast = broadcast.Value,
                Origin = anchors.Origin,
                Submitter = settings.Account,
                Currency = currency,
                Price = price,
                Supply = body.Supply!.Value,
                SaleOpens = Seconds(body.SaleOpens ?? now.AddMinutes(-1)),
                SaleCloses = Seconds(body.SaleCloses ?? body.Ends),
                Starts = Seconds(body.Starts),
                StartDeadline = Seconds(startDeadline),
                Ends = Seconds(body.Ends),
                ClaimDeadline = Seconds(claimDeadline),
                Transfers = rule,
                TransferFee = (ushort)(body.TransferFee ?? 0),
                VoucherOnly = body.VoucherOnly ?? false,
            }
            : null;
    }

    private IReadOnlyList<Payee>? PayeesOf(OpenSaleRequest body, TokenState token)
    {
        if (body.Payees is null)
        {
            return Address.TryParse(token.Owner, out var owner) ? [new(owner, 10_000)] : null;
        }

        var payees = new List<Payee>();
        foreach (var payee in body.Payees.Take(MaxPayees + 1))
        {
            // A contract of ours never withdraws: what it were due would lie there for ever.
            if (!Address.TryParse(payee.To, out var to) || payee.Share is < 1 or > 10_000 || to == settings.Deployment.Tickets || to == settings.Deployment.Ownership || to == settings.Deployment.Anchor)
            {
                return null;
            }

            payees.Add(new(to, (ushort)payee.Share));
        }

        return payees.Count is >= 1 and <= MaxPayees && payees.Sum(static p => p.Share) == 10_000 ? payees : null;
    }

    private async Task<BroadcastId> OwnedAsync(string id, ClaimsPrincipal user, CancellationToken cancel) =>
        user.FindFirst("role")?.Value != "broadcaster" ? throw new RefusedException(ChainRefusals.RoleMissing)
        : BroadcastId.TryParse(id, out var broadcast) && await links.OwnerOf(broadcast, cancel) is { } owner && owner == user.FindFirst("sub")?.Value
            ? broadcast : throw new RefusedException(ChainRefusals.BroadcastUnknown);

    private static ulong Seconds(DateTimeOffset time) => (ulong)Math.Max(0, time.ToUnixTimeSeconds());
}

/// <summary>Gives a broadcast a token.</summary>
/// <param name="Wallet">Whose it will be: a wallet that is linked to the caller's account.</param>
/// <param name="Royalty">Of later sales of the token (ERC-2981), in ten-thousandths, at most 2,500.</param>
internal sealed record RegisterRequest(string? Wallet, int? Royalty);

/// <summary>The identity key that the new owner signs with from now on, 43 characters of base64url.</summary>
internal sealed record HandOverRequest(string? Identity);

/// <summary>Puts tickets on sale. What is left out has the value in parentheses.</summary>
/// <param name="Price">In the currency's smallest unit, decimal.</param>
/// <param name="Supply">Tickets at most.</param>
/// <param name="Starts">The broadcast's scheduled start.</param>
/// <param name="Ends">Its scheduled end.</param>
/// <param name="Currency">An ERC-20's address (the native coin).</param>
/// <param name="SaleOpens">From when on (now).</param>
/// <param name="SaleCloses">Until when (the end).</param>
/// <param name="StartDeadline">By when it must have begun (an hour after the start).</param>
/// <param name="ClaimDeadline">Until when outages are claimed (a week after the end).</param>
/// <param name="Transfers"><c>never</c>, <c>until-start</c> or <c>always</c> (always).</param>
/// <param name="TransferFee">In ten-thousandths of the face value (0).</param>
/// <param name="VoucherOnly">True if every buyer needs a voucher (false).</param>
/// <param name="Payees">Who is paid, in ten-thousandths (the token's owner, all).</param>
internal sealed record OpenSaleRequest(
    string? Price, uint? Supply, DateTimeOffset Starts, DateTimeOffset Ends, string? Currency = null, DateTimeOffset? SaleOpens = null, DateTimeOffset? SaleCloses = null,
    DateTimeOffset? StartDeadline = null, DateTimeOffset? ClaimDeadline = null, string? Transfers = null, int? TransferFee = null, bool? VoucherOnly = null, IReadOnlyList<PayeeRequest>? Payees = null);

/// <summary>Who is paid, and how many ten-thousandths.</summary>
internal sealed record PayeeRequest(string? To, int Share);
