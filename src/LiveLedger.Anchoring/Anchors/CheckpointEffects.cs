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
internal sealed class CheckpointEffects(ChainView view, AccountBook account, AnchorDesk anchors, LoggedProof proofs, ChainSettings settings, TimeProvider time)
{
    private const string StartedType = "broadcast-started";

    // The contract takes no start that was logged more than a day before the scheduled one (SaleCourse.sol, `EARLY`).
    private static readonly TimeSpan s_early = TimeSpan.FromDays(1);

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
        if (await anchors.AnchoredAsync(cancel) is not 0 and var anchored)
        {
            await foreach (var sale in view.EachRunningSaleAsync(cancel))
            {
                await ProveStartAsync(sale, anchored, cancel);
            }
        }
    }

    /// <summary>Orders the proof of one sale's start, if it is anchored and not shown yet.</summary>
    /// <inheritdoc cref="AnchoredAsync"/>
    public async Task ProveStartAsync(ulong sale, CancellationToken cancel)
    {
        if (await anchors.AnchoredAsync(cancel) is not 0 and var anchored && await view.SaleAsync(sale, cancel) is { } seen)
        {
            await ProveStartAsync(seen, anchored, cancel);
        }
    }

    /// <summary>Orders the proof of a sale's start, if that is anchored and not shown yet.</summary>
    /// <param name="sale">The sale.</param>
    /// <param name="anchored">Size of the largest anchored checkpoint.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>How much an anchor has to hold that it could be proved by; null if none is missing.</returns>
    /// <inheritdoc cref="AnchoredAsync"/>
    public async Task<ulong?> ProveStartAsync(SeenSale sale, ulong anchored, CancellationToken cancel)
    {
        var terms = sale.State.Terms;
        if (sale.State.State != SaleStanding.Open || !IsOurs(terms) || (ulong)time.GetUtcNow().ToUnixTimeSeconds() > terms.StartDeadline
            || await proofs.FirstAsync(new($"broadcast/{sale.Broadcast}"), StartedType, cancel) is not { } started
            || (ulong)(started.RecordedAt + s_early).ToUnixTimeSeconds() < terms.Starts
            || await proofs.PlaceAsync(started.Id, cancel) is not { } place)
        {
            return null;
        }

        if (place >= anchored)
        {
            return place + 1;
        }

        if (await proofs.OfAsync(started.Id, new(anchored), cancel) is var (entry, _))
        {
            // A number that the chain took back may be another broadcast's sale later.
            await account.OrderAgainAsync(
                $"{settings.Deployment.Name}\nstart {sale.Sale} {sale.Broadcast}",
                id => new(id, OrderPurpose.StartProof, $"sale {sale.Sale}", settings.Deployment.Tickets, 0, TicketsCalls.ProveStart(new(sale.Sale), entry)), "system", cancel);
        }

        return null;
    }

    /// <summary>True if a sale goes by this log, anchored by this account. Whoever opens one that does not sees to it themselves.</summary>
    public bool IsOurs(Sightings.SaleTerms terms) => terms.Submitter == settings.Account.ToString() && terms.Origin == HexText.Of(anchors.Origin.Value.ToArray());
}
