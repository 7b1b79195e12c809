namespace LiveLedger.Cli.Chain;

/// <summary>How a server follows its chain.</summary>
internal sealed record ChainView(
    ulong ChainId, ContractAddresses Contracts, string Account, int Confirmations, ulong? Head, ulong? Followed, ulong? Behind, ulong? Anchored, ChainProblem? Problem);

/// <summary>What stands in the way, under its stable name.</summary>
/// <param name="Code">The name.</param>
/// <param name="Detail">A sentence about it.</param>
/// <param name="Since">Since when the chain is not followed; null if it is, and only what was ordered is not sent.</param>
internal sealed record ChainProblem(string Code, string Detail, DateTimeOffset? Since);

/// <summary>What the platform's account has to do.</summary>
internal sealed record AccountView(bool OutOfFunds, IReadOnlyList<OrderView> Waiting, IReadOnlyList<OrderView> Sent);

/// <summary>A transaction that was ordered.</summary>
internal sealed record OrderView(string Purpose);

/// <summary>An order to anchor that was taken.</summary>
internal sealed record AnchorOrdered(ulong Size);

/// <summary>Anchored checkpoints, the largest first.</summary>
internal sealed record AnchorList(IReadOnlyList<AnchorView> Items);

/// <summary>One of them.</summary>
internal sealed record AnchorView(ulong Size, bool Receipt);
