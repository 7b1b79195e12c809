using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Sessions;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;
using LiveLedger.Ledger;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Anchoring.Outages;

/// <summary>
/// Puts together what a ticket's holder shows the contract to be paid for outages: a playback of that ticket, logged before the first of them, and the outages, each
/// in the checkpoint that was anchored last. Anybody with the log's tiles can make the same.
/// </summary>
internal sealed class OutageClaims(EventStore ledger, ChainView view, LoggedProof proofs, AnchorDesk anchors, ChainSettings settings)
{
    // As many as the contract takes at once.
    private const int MaxGaps = 64;

    /// <summary>What can be claimed for a ticket now; null for nothing.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<(LoggedEntry Session, IReadOnlyList<LoggedGap> Gaps, IReadOnlyList<Outage> Outages)?> PrepareAsync(SeenTicket ticket, CancellationToken cancel)
    {
        if (await view.AnchorsAsync(settings.Account, anchors.Origin, ulong.MaxValue, 1, cancel) is not [var anchor]
            || await view.SaleAsync(ticket.State.Sale, cancel) is not { } sale
            || await proofs.FirstAsync(SessionRecorder.StreamOf(TicketEffects.NameOf(settings.Deployment, ticket.Ticket)), SessionRecorder.OpenedType, cancel) is not { } opened
            || await proofs.OfAsync(opened.Id, new(anchor.Size), cancel) is not var (session, _))
        {
            return null;
        }

        var gaps = new List<LoggedGap>();
        var outages = new List<Outage>();
        await foreach (var stored in ledger.ReadStreamAsync(OutageEvents.StreamOf(ticket.Broadcast), cancel: cancel))
        {
            var outage = OutageEvents.Read(stored.PayloadJson.Span);
            if (gaps.Count < MaxGaps && Pays(outage, opened, ticket, sale) && await proofs.OfAsync(stored.Id, new TreeSize(anchor.Size), cancel) is var (entry, found)
                && entry.Index.Value > session.Index.Value)
            {
                gaps.Add(new(entry, new Guid(found.Salt.Span, bigEndian: true), found.Payload));
                outages.Add(outage);
            }
        }

        return gaps.Count > 0 ? (session, gaps, outages) : null;
    }

    // As the contract decides it: played before, within the schedule, and not claimed yet.
    private static bool Pays(Outage outage, StoredEvent opened, SeenTicket ticket, SeenSale sale) =>
        opened.RecordedAt <= outage.From
        && (ulong)outage.Until.ToUnixTimeMilliseconds() > Math.Max(ticket.State.ClaimedUntil, sale.State.Terms.Starts * 1000)
        && (ulong)outage.From.ToUnixTimeMilliseconds() < sale.State.Terms.Ends * 1000;
}
