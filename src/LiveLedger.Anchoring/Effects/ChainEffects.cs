using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Sessions;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Subscriptions;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Effects;

/// <summary>
/// What follows in the platform from what was seen on the chain, and on the chain from what happened in the platform. A subscription: one process at a time, in
/// each stream's order, from its place in the log; what fails is done again. So everything here may be done twice; and nothing here waits long for
/// the bus (<see cref="AnchorOrders"/>), or a ticket would.
/// </summary>
internal sealed class ChainEffects(
    EventStore ledger, ChainView view, Deployment deployment, AnchoringLinks links, TicketEffects tickets, OwnershipEffects owners, CheckpointEffects checkpoints, SessionRecorder sessions,
    AnchorOrders anchors)
{
    public const string Name = "chain_effects";

    // An event that takes blocks back settles up to a hundred tickets, one after another, on a database that may be slow; given up before, it begins with the first again.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    // Nothing on a chain is sooner than a block; the log has hundreds of events in each second of a busy show.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(200);

    /// <summary>The subscription.</summary>
    public OutwardSubscription Subscription => new() { Name = Name, MessageOf = MessageOf, Send = SendAsync, Patience = s_patience, Rest = s_rest };

    /// <summary>What an event is to us; null for most.</summary>
    private object? MessageOf(LoggedEvent logged)
    {
        var stored = logged.Event;
        if (stored.Stream == deployment.Stream)
        {
            return stored.Type == SightingEvents.TakenBackType ? SightingEvents.ReadTakenBack(stored.PayloadJson.Span) : SightingEvents.Read(stored.Type, stored.PayloadJson.Span);
        }

        return links.TurnOf(stored) is { } turn ? new Turn(turn.Broadcast, turn.Ended, logged.Index.Value)
            // Most are of no ticket, and a message would move the subscription's place for each.
            : links.PlaybackOpenedBy(stored) is { } opened && !links.IsWithoutTicket(opened.Entitlement) ? new Opened(opened.Broadcast, opened.Entitlement)
            : null;
    }

    private Task SendAsync(object message, StoredEvent cause, CancellationToken cancel) => message switch
    {
        Sighting sighting => SeenAsync(sighting, cancel),
        BlocksTakenBack taken => TakenBackAsync(taken, cancel),
        Turn turn => TurnedAsync(turn, cancel),
        Opened opened => sessions.RecordAsync(opened.Broadcast, opened.Entitlement, cause, cancel),
        _ => Task.CompletedTask,
    };

    private async Task SeenAsync(Sighting sighting, CancellationToken cancel)
    {
        switch (sighting)
        {
            case CheckpointAnchored anchored:
                await checkpoints.AnchoredAsync(anchored, cancel);
                break;
            case SaleCreated created:
                // What was anchored before may prove its start already.
                await checkpoints.ProveStartAsync(created.Sale, cancel);
                break;
            default:
                await TouchAsync(sighting.Subject, null, cancel);
                break;
        }
    }

    private async Task TakenBackAsync(BlocksTakenBack taken, CancellationToken cancel)
    {
        var undone = await UndoneSales.ReadAsync(ledger, deployment, taken, cancel);
        foreach (var subject in undone.Subjects)
        {
            await TouchAsync(subject, undone, cancel);
        }
    }

    private async Task TouchAsync(string subject, UndoneSales? undone, CancellationToken cancel)
    {
        switch (subject.Split('/'))
        {
            case ["ticket", _]:
                var ticket = UndoneSales.NumberOf(subject);
                await tickets.SettleAsync(ticket, undone?.BroadcastOf(ticket), cancel);
                break;
            case ["token", var token] when BroadcastId.TryParse(token, out var broadcast):
                await owners.SettleAsync(broadcast, cancel);
                break;
        }
    }

    private async Task TurnedAsync(Turn turn, CancellationToken cancel)
    {
        if (turn.Ended)
        {
            await owners.SettleAsync(turn.Broadcast, cancel);
        }

        // The end is anchored; so is a start that a sale waits for, for which an anchor of less does not do.
        if (turn.Ended)
        {
            await anchors.OrderAsync("broadcast-ended", null, cancel);
        }
        else if ((await view.SalesAsync(turn.Broadcast, cancel)).Any(static s => s.State.State == SaleStanding.Open))
        {
            await anchors.OrderAsync("broadcast-started", turn.Place + 1, cancel);
        }
    }

    private sealed record Turn(BroadcastId Broadcast, bool Ended, ulong Place);

    private sealed record Opened(BroadcastId Broadcast, Guid Entitlement);
}
