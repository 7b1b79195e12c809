using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Keeping;

/// <summary>
/// Does for the sales that go by this platform's anchors what anybody may: has each start anchored and proved, sends back the money where none was shown in time, and pays the payees when the time for claims
/// is over. It asks what stands, not what was just said: what a message or a node's bad minute has lost is ordered again here.
/// </summary>
internal sealed class SaleCaretaker(
    ChainView view, AccountBook account, AnchorDesk anchors, CheckpointEffects checkpoints, OwnershipEffects owners, ChainSettings settings, TimeProvider time)
{
    // A chain's clock may be behind ours; sent too early it would only be reverted.
    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(2);

    // An earlier start is no start to the contract.
    private static readonly TimeSpan s_early = TimeSpan.FromDays(1);

    /// <summary>Orders what is due.</summary>
    /// <exception cref="Ledger.LedgerUnavailableException">The database is away; do it again.</exception>
    public async Task LookAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var late = (ulong)(now - s_slack).ToUnixTimeSeconds();
        var anchored = await anchors.AnchoredAsync(cancel);
        ulong? missing = null;
        await foreach (var sale in view.EachRunningSaleAsync(cancel))
        {
            var terms = sale.State.Terms;
            if (!checkpoints.IsOurs(terms))
            {
                continue;
            }

            if (sale.State.State == SaleStanding.Started)
            {
                if (late > terms.ClaimDeadline)
                {
                    await OrderAsync(sale, OrderPurpose.SaleSettlement, TicketsCalls.Settle(new(sale.Sale)), cancel);
                }
            }
            else if (late > terms.StartDeadline)
            {
                await OrderAsync(sale, OrderPurpose.StartMissed, TicketsCalls.StartMissed(new(sale.Sale)), cancel);
            }
            else if (terms.Starts <= (ulong)(now + s_early).ToUnixTimeSeconds() && (ulong)now.ToUnixTimeSeconds() <= terms.StartDeadline
                && await checkpoints.ProveStartAsync(sale, anchored, cancel) is { } size)
            {
                missing = Math.Max(missing ?? 0, size);
            }
        }

        if (missing is not null)
        {
            await anchors.AnchorAsync("start-not-anchored", missing, cancel);
        }

        await SealAgainAsync(cancel);
    }

    // A number that the chain took back may be another broadcast's sale later.
    private Task OrderAsync(SeenSale sale, string purpose, byte[] data, CancellationToken cancel) => account.OrderAgainAsync(
        $"{settings.Deployment.Name}\n{purpose} {sale.Sale} {sale.Broadcast}", id => new(id, purpose, $"sale {sale.Sale}", settings.Deployment.Tickets, 0, data), "system", cancel);

    // Nothing more happens to a broadcast that has ended, which is when it is sealed.
    private async Task SealAgainAsync(CancellationToken cancel)
    {
        foreach (var subject in await account.AskAsync(static s => s.Parked.Values.Where(static p => p.Purpose == OrderPurpose.ContentSeal).Select(static p => p.Subject).Distinct().ToArray(), cancel))
        {
            if (BroadcastId.TryParse(subject[(subject.IndexOf(' ', StringComparison.Ordinal) + 1)..], out var broadcast)
                && await view.TokenAsync(broadcast, cancel) is { ContentRoot: null })
            {
                await owners.SettleAsync(broadcast, cancel);
            }
        }
    }
}
