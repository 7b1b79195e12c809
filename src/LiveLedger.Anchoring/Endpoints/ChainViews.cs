using System.Text.Json;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary>How the chain is followed.</summary>
/// <param name="ChainId">Which chain.</param>
/// <param name="Contracts">Our contracts on it.</param>
/// <param name="Account">The platform's account: submitter and registrar.</param>
/// <param name="Confirmations">How deep a block must lie.</param>
/// <param name="Finalized">True if it must be final too.</param>
/// <param name="Origin">What the contracts know the log by, SHA-256 of its name.</param>
/// <param name="Head">Newest block, as this process last saw it; null where another process follows.</param>
/// <param name="Followed">Newest block that was followed.</param>
/// <param name="Behind">Blocks that are deep enough and not followed yet.</param>
/// <param name="At">When that was.</param>
/// <param name="Anchored">Size of the largest anchored checkpoint; null before the first.</param>
/// <param name="Problem">What stands in the way; null for nothing.</param>
internal sealed record ChainStatusView(
    ulong ChainId, ContractsView Contracts, string Account, int Confirmations, bool Finalized, string Origin, ulong? Head, ulong? Followed, ulong? Behind, DateTimeOffset? At, ulong? Anchored,
    ProblemView? Problem);

/// <summary>Addresses of our contracts.</summary>
internal sealed record ContractsView(string Anchor, string Ownership, string Tickets);

/// <summary>What stands in the way, under its stable name, and since when where that is known.</summary>
internal sealed record ProblemView(string Code, string Detail, DateTimeOffset? Since);

/// <summary>How the platform's account stands.</summary>
/// <param name="Account">Its address.</param>
/// <param name="OutOfFunds">True if it was found to have too little.</param>
/// <param name="Waiting">Without a nonce, in the order in which they get one.</param>
/// <param name="Sent">With a nonce, by it.</param>
/// <param name="Parked">Not carried out, or without effect, the latest first.</param>
internal sealed record AccountView(string Account, bool OutOfFunds, IReadOnlyList<OrderView> Waiting, IReadOnlyList<OrderView> Sent, IReadOnlyList<ParkedView> Parked);

/// <summary>A transaction that was ordered.</summary>
internal sealed record OrderView(Guid Order, string Purpose, string Subject, ulong? Nonce, string? Transaction);

/// <summary>A transaction that was ordered and is given up; it may have been ordered again under another id.</summary>
internal sealed record ParkedView(Guid Order, string Purpose, string Subject, string Code, string Detail, DateTimeOffset At);

/// <summary>An anchored checkpoint.</summary>
internal sealed record AnchorView(ulong Size, string Root, ulong Block, string BlockHash, string Transaction, bool Receipt);

/// <summary>A list of them, the largest first.</summary>
internal sealed record AnchorListView(IReadOnlyList<AnchorView> Items);

/// <summary>Sales of a broadcast's tickets.</summary>
internal sealed record SaleListView(ulong ChainId, string Contract, IReadOnlyList<SaleView> Items);

/// <summary>A sale.</summary>
/// <param name="Sale">Its number.</param>
/// <param name="State"><c>open</c>, <c>started</c>, <c>refunding</c> or <c>settled</c>.</param>
/// <param name="Cancelled">True if the broadcaster cancelled it.</param>
/// <param name="Broadcaster">Who opened it.</param>
/// <param name="Sold">Tickets sold.</param>
/// <param name="Terms">What it has fixed for good.</param>
internal sealed record SaleView(ulong Sale, string State, bool Cancelled, string Broadcaster, long Sold, JsonElement Terms);

/// <summary>Tickets of a wallet for a broadcast.</summary>
internal sealed record TicketListView(IReadOnlyList<TicketView> Items);

/// <summary>A ticket.</summary>
/// <param name="Ticket">Its number.</param>
/// <param name="Sale">Of which sale.</param>
/// <param name="Standing"><c>held</c>, <c>burned</c> or <c>refunded</c>.</param>
/// <param name="Face">What it was bought for.</param>
/// <param name="Paid">What outages have paid of that.</param>
internal sealed record TicketView(ulong Ticket, ulong Sale, string Standing, string Face, string Paid);

/// <summary>A broadcast's token.</summary>
/// <param name="Token">Its number, decimal: the broadcast's id.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Controller">Who controls the broadcast by it.</param>
/// <param name="Identity">The identity key named last, <c>0x…</c>.</param>
/// <param name="ContentRoot">What was broadcast; null until it has ended and been sealed.</param>
internal sealed record TokenView(ulong ChainId, string Contract, string Token, string Owner, string Controller, string Identity, string? ContentRoot);

/// <summary>A transaction for somebody's own wallet to sign and send: we have no key to.</summary>
internal sealed record UnsignedView(ulong ChainId, string To, string Data, string Value);

/// <summary>A purchase, as <see cref="UnsignedView"/>.</summary>
/// <param name="Approval">What the wallet sends before, where the price is in an ERC-20: the contract may then take just the price. Null for the chain's own coin.</param>
internal sealed record PurchaseView(ulong ChainId, string To, string Data, string Value, UnsignedView? Approval);

/// <summary>What outages a ticket's holder can claim for, and the transaction that does.</summary>
/// <param name="Transaction">For the holder's wallet.</param>
/// <param name="Outages">The outages that it claims for.</param>
internal sealed record ClaimView(UnsignedView Transaction, IReadOnlyList<OutageView> Outages);

/// <summary>An outage.</summary>
internal sealed record OutageView(DateTimeOffset From, DateTimeOffset Until);

/// <summary>An order that was taken.</summary>
internal sealed record OrderedView(Guid Order);

/// <summary>An order to anchor that was taken.</summary>
/// <param name="Size">Of the checkpoint that was published then: no smaller one is anchored by it.</param>
internal sealed record AnchorOrderedView(ulong Size);
