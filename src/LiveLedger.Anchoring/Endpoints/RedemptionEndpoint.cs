using System.Globalization;
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
    private const int MostOfSale = 200;
    private const int MostOfAll = 1000;

    // A voucher that was parked, before the sale had opened perhaps, may be given again.
    private const int MostAttempts = 5;

    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_failed = TimeSpan.FromHours(1);

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
            || IsOver(sale, (ulong)time.GetUtcNow().ToUnixTimeSeconds())
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

        // As the contract takes it: wallets have 0 and 1 for the last byte, too.
        var (subject, data) = ($"sale {sale.Sale}", TicketsCalls.Redeem(voucher, signed.ToArray()));
        var (known, ofSale, ofAll, failed) = await account.AskAsync(state => Count(state, subject, data, time.GetUtcNow() - s_failed), cancel);
        if (known is null && Refuses(sale, ofSale, ofAll, failed) is { } refusal)
        {
            return refusal.ToResult();
        }

        var order = known ?? (await account.OrderAgainAsync(
            $"{settings.Deployment.Name}\nvoucher {broadcast} {hash}", id => new(id, OrderPurpose.Redemption, subject, settings.Deployment.Tickets, 0, data), "viewer", cancel, MostAttempts)).Id;
        return Results.Json(new OrderedView(order), statusCode: 202);
    }

    // As the contract sells (Sales.sol, `_sell`).
    private static bool IsOver(SeenSale sale, ulong now) =>
        sale.State.State is not (SaleStanding.Open or SaleStanding.Started) || now > sale.State.Terms.SaleCloses
        || (sale.State.State == SaleStanding.Open && now > sale.State.Terms.StartDeadline);

    // Whoever sells can sign as many vouchers as they like, and the platform pays: no more wait than there are tickets, nor than an hour has room for.
    private static Refusal? Refuses(SeenSale sale, int ofSale, int ofAll, int failed) =>
        sale.Sold >= sale.State.Terms.Supply ? ChainRefusals.SoldOut
        : ofSale >= Math.Min(MostOfSale, sale.State.Terms.Supply - sale.Sold) || ofAll >= MostOfAll || failed >= MostOfSale ? ChainRefusals.RedemptionsWait
        : null;

    private static (Guid? Known, int OfSale, int OfAll, int Failed) Count(AccountState state, string subject, byte[] data, DateTimeOffset since)
    {
        Guid? known = null;
        var (ofSale, ofAll) = (0, 0);
        foreach (var order in state.Waiting.Concat(state.Live.Select(static l => l.Order)).Where(static o => o.Purpose == OrderPurpose.Redemption))
        {
            ofAll++;
            if (order.Subject == subject)
            {
                ofSale++;
                known = order.Data.Span.SequenceEqual(data) ? order.Id : known;
            }
        }

        // The same nonce can be signed again and again, and each of these is parked.
        return (known, ofSale, ofAll, state.Parked.Values.Count(p => p.Purpose == OrderPurpose.Redemption && p.Subject == subject && p.At > since));
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
