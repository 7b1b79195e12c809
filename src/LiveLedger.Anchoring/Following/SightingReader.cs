using System.Globalization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using Said = LiveLedger.Chain.Contracts;

namespace LiveLedger.Anchoring.Following;

/// <summary>From a contract's log to what was seen. Of a sale the contract says only that there is one; its terms, which are fixed for good, are asked for.</summary>
internal sealed class SightingReader(ChainNode node, Deployment deployment)
{
    private static readonly IReadOnlyList<Bytes32> s_topics =
    [
        Said.CheckpointAnchored.Topic, Said.BroadcastRegistered.Topic, Said.ContentSealed.Topic, Said.HandOverAccepted.Topic, Said.SaleCreated.Topic, Said.TicketBought.Topic,
        Said.SaleStarted.Topic, Said.SaleRefunding.Topic, Said.SaleSettled.Topic, Said.TicketRefunded.Topic, Said.OutagePaid.Topic, Said.TokenTransferred.Topic,
    ];

    /// <summary>The logs that are read.</summary>
    public LogFilter Filter { get; } = new([deployment.Anchor, deployment.Ownership, deployment.Tickets], s_topics);

    /// <summary>What a log says; null if it is none of the contract's events that we follow.</summary>
    /// <exception cref="ChainException">The node does not answer about a sale's terms.</exception>
    public async ValueTask<Sighting?> ReadAsync(ChainLog log, CancellationToken cancel) =>
        log.Address == deployment.Anchor ? OfAnchor(log)
        : log.Address == deployment.Ownership ? OfOwnership(log)
        : log.Address == deployment.Tickets ? await OfTicketsAsync(log, cancel)
        : null;

    private static CheckpointAnchored? OfAnchor(ChainLog log) => Said.CheckpointAnchored.TryRead(Topics(log), log.Data, out var said)
        ? new(At(log), said.Submitter.ToString(), Hex(said.Origin.Value), said.Head.Size.Value, Hex(said.Head.Root.Value))
        : null;

    private static Sighting? OfOwnership(ChainLog log)
    {
        var topics = Topics(log);
        return Said.BroadcastRegistered.TryRead(topics, log.Data, out var registered) ? new OwnershipRegistered(At(log), Token(registered.Token), Hex(registered.Identity), registered.Owner.ToString())
            : Said.ContentSealed.TryRead(topics, log.Data, out var content) ? new ContentSealed(At(log), Token(content.Token), Hex(content.Root))
            : Said.HandOverAccepted.TryRead(topics, log.Data, out var accepted) ? new HandOverAccepted(At(log), Token(accepted.Token), accepted.Owner.ToString(), Hex(accepted.Identity))
            : Said.TokenTransferred.TryRead(topics, log.Data, out var moved) ? new OwnershipTransferred(At(log), Token(new(moved.Token)), moved.From.ToString(), moved.To.ToString())
            : null;
    }

    private async ValueTask<Sighting?> OfTicketsAsync(ChainLog log, CancellationToken cancel)
    {
        if (Said.SaleCreated.TryRead(log.Topics.ToArray(), log.Data, out var created))
        {
            return new SaleCreated(At(log), Number(created.Sale.Value), new BroadcastId(created.Broadcast).ToString(), created.Broadcaster.ToString(), await TermsAsync(created, cancel));
        }

        var topics = Topics(log);
        return Said.TicketBought.TryRead(topics, log.Data, out var bought) ? new TicketBought(At(log), Number(bought.Ticket.Value), Number(bought.Sale.Value), bought.Buyer.ToString(), Amount(bought.Face))
            : Said.TokenTransferred.TryRead(topics, log.Data, out var moved) ? new TicketTransferred(At(log), Number(moved.Token), moved.From.ToString(), moved.To.ToString())
            : Said.TicketRefunded.TryRead(topics, log.Data, out var refunded) ? new TicketRefunded(At(log), Number(refunded.Ticket.Value), refunded.Holder.ToString(), Amount(refunded.Amount))
            : Said.OutagePaid.TryRead(topics, log.Data, out var paid) ? new OutagePaid(At(log), Number(paid.Ticket.Value), paid.Holder.ToString(), Amount(paid.Amount), paid.Until)
            : Said.SaleStarted.TryRead(topics, log.Data, out var started) ? new SaleStarted(At(log), Number(started.Sale.Value))
            : Said.SaleRefunding.TryRead(topics, log.Data, out var refunding) ? new SaleRefunding(At(log), Number(refunding.Sale.Value), refunding.Cancelled)
            : Said.SaleSettled.TryRead(topics, log.Data, out var settled) ? new SaleSettled(At(log), Number(settled.Sale.Value), Amount(settled.Proceeds))
            : null;
    }

    // Of the newest block, whichever block the sale is in: terms never change, and a node need not keep old states. One that does not have the sale yet answers zeros.
    private async Task<SaleTerms> TermsAsync(Said.SaleCreated created, CancellationToken cancel)
    {
        var answer = await node.CallAsync(deployment.Tickets, Said.TicketsViews.TermsOf(created.Sale), BlockReference.Latest, cancel);
        if (!Said.SaleTerms.TryRead(answer, out var terms))
        {
            throw ChainException.OfAnswer($"the terms of sale {created.Sale} are none");
        }

        return terms.Broadcast == created.Broadcast
            ? new(
                Hex(terms.Origin.Value), terms.Submitter.ToString(), terms.Currency.ToString(), Amount(terms.Price), terms.Supply, terms.SaleOpens, terms.SaleCloses, terms.Starts,
                terms.StartDeadline, terms.Ends, terms.ClaimDeadline, (byte)terms.Transfers, terms.TransferFee, terms.VoucherOnly)
            : throw ChainException.Behind($"its terms of sale {created.Sale} are not those of the sale that was seen");
    }

    private static SeenAt At(ChainLog log) => new(log.Block.Value, log.BlockHash.ToString(), log.Transaction.ToString(), log.Index);

    private static Bytes32[] Topics(ChainLog log) => [.. log.Topics];

    private static string Hex(Bytes32 value) => HexText.Of(value.ToArray());

    private static string Token(Said.OwnershipToken token) => new BroadcastId(token.ToBroadcast()).ToString();

    private static string Amount(UInt128 value) => value.ToString(CultureInfo.InvariantCulture);

    // Sales and tickets are counted from 1 by our own contract.
    private static ulong Number(UInt128 value) => value <= long.MaxValue ? (ulong)value : throw ChainException.OfAnswer($"there is no sale or ticket {value}");
}
