using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Ledger;
using CheckpointAnchored = LiveLedger.Anchoring.Sightings.CheckpointAnchored;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>What follows from an anchored checkpoint: the proof of a start that a sale waits for.</summary>
internal sealed class CheckpointEffects(ChainView view, AccountBook account, AnchorDesk anchors, LoggedProof proofs, ChainSettings settings)
{
    private const string StartedType = "broadcast-started";

    /// <summary>A checkpoint was anchored; if it is ours, what follows is done.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; tell it again.</exception>
    public async Task AnchoredAsync(CheckpointAnchored anchored, CancellationToken cancel)
    {
        if (anchored.Submitter == settings.Account.ToString() && anchored.Origin == HexText.Of(anchors.Origin.Value.ToArray()))
        {
            await ProveStartsAsync(cancel);
        }
    }

    /// <summary>Orders the proof of each start that is anchored and not shown yet.</summary>
    /// <inheritdoc cref="AnchoredAsync"/>
    public async Task ProveStartsAsync(CancellationToken cancel)
    {
        if (await view.AnchorsAsync(settings.Account, anchors.Origin, ulong.MaxValue, 1, cancel) is [var last])
        {
            foreach (var sale in await view.RunningSalesAsync(cancel))
            {
                await ProveStartAsync(sale, last.Size, cancel);
            }
        }
    }

    /// <summary>Orders the proof of one sale's start, if it is anchored and not shown yet.</summary>
    /// <inheritdoc cref="AnchoredAsync"/>
    public async Task ProveStartAsync(ulong sale, CancellationToken cancel)
    {
        if (await view.AnchorsAsync(settings.Account, anchors.Origin, ulong.MaxValue, 1, cancel) is [var last] && await view.SaleAsync(sale, cancel) is { } seen)
        {
            await ProveStartAsync(seen, last.Size, cancel);
        }
    }

    private async Task ProveStartAsync(SeenSale sale, ulong anchored, CancellationToken cancel)
    {
        if (sale.State.State == SaleStanding.Open && IsOurs(sale.State.Terms)
            && await proofs.FirstAsync(new($"broadcast/{sale.Broadcast}"), StartedType, cancel) is { } started
            && await proofs.OfAsync(started.Id, new(anchored), cancel) is var (entry, _))
        {
            await account.OrderAsync(
                new(AnchorDesk.IdOf($"{settings.Deployment.Name}\nstart {sale.Sale}"), "start-proof", $"sale {sale.Sale}", settings.Deployment.Tickets, 0,
                    TicketsCalls.ProveStart(new(sale.Sale), entry)),
                "system", cancel);
        }
    }

    private bool IsOurs(Sightings.SaleTerms terms) => terms.Submitter == settings.Account.ToString() && terms.Origin == HexText.Of(anchors.Origin.Value.ToArray());
}
