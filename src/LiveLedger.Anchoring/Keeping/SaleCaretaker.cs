using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;

namespace LiveLedger.Anchoring.Keeping;

/// <summary>Does for sales what anybody may: sends back the money where no start was shown in time, and pays the payees when the time for claims is over.</summary>
internal sealed class SaleCaretaker(ChainView view, AccountBook account, ChainSettings settings, TimeProvider time)
{
    // A chain's clock may be behind ours; sent too early it would only be reverted.
    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(2);

    /// <summary>Orders what is due.</summary>
    /// <exception cref="Ledger.LedgerUnavailableException">The database is away; do it again.</exception>
    public async Task LookAsync(CancellationToken cancel)
    {
        var now = (ulong)(time.GetUtcNow() - s_slack).ToUnixTimeSeconds();
        foreach (var sale in await view.RunningSalesAsync(cancel))
        {
            var terms = sale.State.Terms;
            if (sale.State.State == SaleStanding.Open && now > terms.StartDeadline)
            {
                await OrderAsync(sale.Sale, "start-missed", TicketsCalls.StartMissed(new(sale.Sale)), cancel);
            }
            else if (sale.State.State == SaleStanding.Started && now > terms.ClaimDeadline)
            {
                await OrderAsync(sale.Sale, "sale-settlement", TicketsCalls.Settle(new(sale.Sale)), cancel);
            }
        }
    }

    private Task OrderAsync(ulong sale, string purpose, byte[] data, CancellationToken cancel) => account.OrderAsync(
        new(AnchorDesk.IdOf($"{settings.Deployment.Name}\n{purpose} {sale}"), purpose, $"sale {sale}", settings.Deployment.Tickets, 0, data), "system", cancel);
}
