namespace LiveLedger.Anchoring.Sightings;

/// <summary>Where on the chain something was seen. Numbers that the outside computes with are decimal text: JSON's are not exact beyond 2^53.</summary>
/// <param name="Block">The block's number.</param>
/// <param name="BlockHash">Its hash, <c>0x…</c>.</param>
/// <param name="Transaction">The transaction's hash, <c>0x…</c>.</param>
/// <param name="Log">The log's number within the block.</param>
internal readonly record struct SeenAt(ulong Block, string BlockHash, string Transaction, uint Log);

/// <summary>What a contract of ours said in a confirmed block. Addresses and hashes are <c>0x…</c> in lower case, amounts decimal text.</summary>
internal abstract record Sighting(SeenAt At)
{
    /// <summary>What it is about: sightings of one subject are folded to its row.</summary>
    public abstract string Subject { get; }
}

/// <summary>A checkpoint of a log was anchored; the log need not be ours.</summary>
internal sealed record CheckpointAnchored(SeenAt At, string Submitter, string Origin, ulong Size, string Root) : Sighting(At)
{
    public override string Subject => $"anchor/{Submitter[2..]}/{Origin[2..]}/{Size}";
}

/// <summary>A broadcast has a token.</summary>
/// <param name="At">Where.</param>
/// <param name="Token">The token: the broadcast's id, 32 hexadecimal characters.</param>
/// <param name="Identity">The broadcaster's identity key, <c>0x…</c>.</param>
/// <param name="Owner">Whose the token is.</param>
internal sealed record OwnershipRegistered(SeenAt At, string Token, string Identity, string Owner) : Sighting(At)
{
    public override string Subject => $"token/{Token}";
}

/// <summary>The token says what was broadcast.</summary>
internal sealed record ContentSealed(SeenAt At, string Token, string Root) : Sighting(At)
{
    public override string Subject => $"token/{Token}";
}

/// <summary>The token is another's.</summary>
internal sealed record OwnershipTransferred(SeenAt At, string Token, string From, string To) : Sighting(At)
{
    public override string Subject => $"token/{Token}";
}

/// <summary>The token's owner has accepted it, with an identity key of its own.</summary>
internal sealed record HandOverAccepted(SeenAt At, string Token, string Owner, string Identity) : Sighting(At)
{
    public override string Subject => $"token/{Token}";
}

/// <summary>Tickets for a broadcast are on sale.</summary>
/// <param name="At">Where.</param>
/// <param name="Sale">The sale's number.</param>
/// <param name="Broadcast">For which broadcast.</param>
/// <param name="Broadcaster">Who sells.</param>
/// <param name="Terms">Its terms, as the contract answered them.</param>
internal sealed record SaleCreated(SeenAt At, ulong Sale, string Broadcast, string Broadcaster, SaleTerms Terms) : Sighting(At)
{
    public override string Subject => $"sale/{Sale}";
}

/// <summary>It was shown in time that the broadcast has begun.</summary>
internal sealed record SaleStarted(SeenAt At, ulong Sale) : Sighting(At)
{
    public override string Subject => $"sale/{Sale}";
}

/// <summary>Tickets are taken back.</summary>
internal sealed record SaleRefunding(SeenAt At, ulong Sale, bool Cancelled) : Sighting(At)
{
    public override string Subject => $"sale/{Sale}";
}

/// <summary>The payees have their shares.</summary>
internal sealed record SaleSettled(SeenAt At, ulong Sale, string Proceeds) : Sighting(At)
{
    public override string Subject => $"sale/{Sale}";
}

/// <summary>A ticket was bought.</summary>
internal sealed record TicketBought(SeenAt At, ulong Ticket, ulong Sale, string Buyer, string Face) : Sighting(At)
{
    public override string Subject => $"ticket/{Ticket}";
}

/// <summary>A ticket is another's; nobody's if <paramref name="To"/> is the zero address.</summary>
internal sealed record TicketTransferred(SeenAt At, ulong Ticket, string From, string To) : Sighting(At)
{
    public override string Subject => $"ticket/{Ticket}";
}

/// <summary>A ticket was taken back for what it had cost.</summary>
internal sealed record TicketRefunded(SeenAt At, ulong Ticket, string Holder, string Amount) : Sighting(At)
{
    public override string Subject => $"ticket/{Ticket}";
}

/// <summary>A ticket's holder was paid for an outage.</summary>
internal sealed record OutagePaid(SeenAt At, ulong Ticket, string Holder, string Amount, ulong Until) : Sighting(At)
{
    public override string Subject => $"ticket/{Ticket}";
}
