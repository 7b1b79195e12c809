using System.Globalization;
using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Secp256k1;
using LiveLedger.Chain.TypedData;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary>
/// <c>POST /v1/broadcasts/{id}/redemptions</c>: redeems a free voucher for a buyer who has no coin for gas. Whoever has the voucher may ask; it names its buyer. Of a
/// broadcaster whose wallet is a contract (ERC-1271) the buyer redeems it by a transaction of their own: only a node could say whether that signature is good.
/// </summary>
internal sealed class RedemptionEndpoint(ChainView view, AccountBook account, ChainSettings settings, TimeProvider time)
{
    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(2);

    public static void Map(RouteGroupBuilder broadcasts) =>
        broadcasts.MapPost("{id}/redemptions", static (string id, VoucherRequest body, RedemptionEndpoint e, CancellationToken cancel) => e.RedeemAsync(id, body, cancel))
            .WithName("redeemVoucher").WithTags("tickets").Produces<OrderedView>(202);

    private async Task<IResult> RedeemAsync(string id, VoucherRequest body, CancellationToken cancel)
    {
        if (!BroadcastId.TryParse(id, out var broadcast))
        {
            throw new RefusedException(ChainRefusals.BroadcastUnknown);
        }

        var sale = await SaleEndpoints.FindAsync(view, broadcast, body.Sale ?? "", cancel);
        if (VoucherOf(sale, body) is not { } voucher || !HexText.TryRead(body.Signature, RecoverableSignature.Length, out var signature)
            || sale.State.State is not (SaleStanding.Open or SaleStanding.Started)
            || voucher.Deadline < (ulong)(time.GetUtcNow() + s_slack).ToUnixTimeSeconds()
            || await view.TokenAsync(broadcast, cancel) is not { } token)
        {
            return ChainRefusals.VoucherInvalid.ToResult();
        }

        var hash = VoucherHash.Of(voucher, settings.Deployment.Chain, settings.Deployment.Tickets);
        if (!RecoverableSignature.TryParse(signature, out var signed) || !signed.TryRecover(hash, out var signer) || signer.ToString() != token.Owner)
        {
            return ChainRefusals.VoucherInvalid.ToResult();
        }

        if (voucher.Price != 0)
        {
            return ChainRefusals.VoucherCosts.ToResult();
        }

        var order = AnchorDesk.IdOf($"{settings.Deployment.Name}\nvoucher {hash}");
        await account.OrderAsync(new(order, "voucher-redemption", $"sale {sale.Sale}", settings.Deployment.Tickets, 0, TicketsCalls.Redeem(voucher, signature)), "viewer", cancel);
        return Results.Json(new OrderedView(order), statusCode: 202);
    }

    private static Voucher? VoucherOf(SeenSale sale, VoucherRequest body) =>
        Address.TryParse(body.Buyer, out var buyer) && Address.TryParse(sale.State.Terms.Currency, out var currency)
        && UInt128.TryParse(body.Price ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var price)
        && UInt128.TryParse(body.Nonce, NumberStyles.None, CultureInfo.InvariantCulture, out var nonce)
            ? new(new(sale.Sale), buyer, currency, price, nonce, body.Deadline) : null;
}

/// <summary>A voucher, as its broadcaster signed it; its currency is the sale's.</summary>
/// <param name="Sale">The sale's number.</param>
/// <param name="Buyer">Who gets the ticket.</param>
/// <param name="Nonce">Decimal.</param>
/// <param name="Deadline">Unix seconds.</param>
/// <param name="Signature">Of the broadcaster's wallet, 65 bytes, <c>0x…</c>.</param>
/// <param name="Price">Decimal (0).</param>
internal sealed record VoucherRequest(string? Sale, string? Buyer, string? Nonce, ulong Deadline, string? Signature, string? Price = null);
