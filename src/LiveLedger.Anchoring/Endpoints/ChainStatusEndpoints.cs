using System.Globalization;
using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary><c>/v1/chain</c>: which chain, how far it is followed, what was anchored, and the receipts.</summary>
internal sealed class ChainStatusEndpoints(
    ChainView view, ReceiptBook receipts, AccountBook account, AnchorDesk anchors, ChainStatus status, AccountSender sender, ChainSettings settings, AnchoringLinks links, TimeProvider time)
{
    private const int MaxAnchors = 100;
    private const int MaxParked = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>What is public.</summary>
    public static void Map(RouteGroupBuilder chain)
    {
        chain.MapGet("", static (ChainStatusEndpoints e, CancellationToken cancel) => e.StatusAsync(cancel)).WithName("readChain").Produces<ChainStatusView>();
        chain.MapGet("anchors", static (ulong? most, ChainStatusEndpoints e, CancellationToken cancel) => e.ListAsync(most ?? ulong.MaxValue, cancel)).WithName("listAnchors").Produces<AnchorListView>();
        chain.MapGet("anchors/{size}/receipt", static (string size, ChainStatusEndpoints e, CancellationToken cancel) => e.ReceiptAsync(size, cancel)).WithName("readAnchorReceipt");
    }

    /// <summary>What operators see and order.</summary>
    public static void MapOperators(RouteGroupBuilder chain)
    {
        chain.MapGet("account", static (ChainStatusEndpoints e, CancellationToken cancel) => e.AccountAsync(cancel)).WithName("readChainAccount").Produces<AccountView>();
        chain.MapPost("anchors", static (ChainStatusEndpoints e, CancellationToken cancel) => e.AnchorAsync(cancel)).WithName("orderAnchor").Produces<AnchorOrderedView>(202);
    }

    private async Task<IResult> StatusAsync(CancellationToken cancel)
    {
        var last = await view.AnchorsAsync(settings.Account, anchors.Origin, ulong.MaxValue, 1, cancel);
        var progress = status.Progress;
        var contracts = settings.Deployment;
        return Results.Ok(new ChainStatusView(
            contracts.Chain.Value, new(contracts.Anchor.ToChecksumText(), contracts.Ownership.ToChecksumText(), contracts.Tickets.ToChecksumText()), settings.Account.ToChecksumText(),
            settings.Confirmations, settings.Finalized, HexText.Of(anchors.Origin.Value.ToArray()), progress?.Progress.Head, progress?.Progress.Followed,
            progress is { Progress: var p } ? p.Target - Math.Min(p.Target, p.Followed) : null, progress?.At, last is [var anchor] ? anchor.Size : null,
            status.Problem is var (code, detail, since) ? new(code, detail, since)
                // The chain is followed, and what was ordered is not sent: out of funds, above all.
                : sender.Problem is { } stopped ? new(stopped.Code, stopped.Detail, null)
                : null));
    }

    private async Task<IResult> ListAsync(ulong most, CancellationToken cancel)
    {
        var kept = (await receipts.ListAsync(most, MaxAnchors, cancel)).Select(static k => k.Size).ToHashSet();
        return Results.Ok(new AnchorListView([
            .. (await view.AnchorsAsync(settings.Account, anchors.Origin, most, MaxAnchors, cancel)).Select(a => new AnchorView(a.Size, a.Root, a.Block, a.BlockHash, a.Transaction, kept.Contains(a.Size)))]));
    }

    private async Task<IResult> ReceiptAsync(string size, CancellationToken cancel) =>
        ulong.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && await receipts.ListAsync(asked, 1, cancel) is [var kept] && kept.Size == asked
            ? Results.Bytes(kept.Receipt, "application/json")
            : ChainRefusals.AnchorUnknown.ToResult();

    // Asked for again and again while something is waited for.
    private async Task<IResult> AccountAsync(CancellationToken cancel) => Results.Ok(await account.AskAsync(Show, cancel));

    private AccountView Show(AccountState state) => new(
        account.Account.ToChecksumText(), state.IsOutOfFunds, [.. state.Waiting.Select(static o => new OrderView(o.Id, o.Purpose, o.Subject, null, null))],
        [.. state.Live.Select(static l => new OrderView(l.Order.Id, l.Order.Purpose, l.Order.Subject, l.Nonce, l.Newest.Hash?.ToString()))],
        [.. state.Parked.OrderByDescending(static p => p.Value.At).Take(MaxParked).Select(static p => new ParkedView(p.Key, p.Value.Purpose, p.Value.Subject, p.Value.Code, p.Value.Detail, p.Value.At))]);

    // The way that the schedule's orders go: over the bus, to whichever process has time for it.
    private async Task<IResult> AnchorAsync(CancellationToken cancel)
    {
        var published = anchors.Published;
        if (published.Size.Value == 0)
        {
            return ChainRefusals.LogEmpty.ToResult();
        }

        using var patience = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            await links.OrderAnchor("order", null, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return ChainRefusals.BusAway.ToResult();
        }

        return Results.Json(new AnchorOrderedView(published.Size.Value), statusCode: 202);
    }
}
