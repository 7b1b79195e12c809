using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;

namespace LiveLedger.Anchoring.Settings;

/// <summary>What the one setting says, <c>--chain FILE</c>: which chain, by which nodes, which contracts, and how careful to be. Written by <c>liveledger chain deploy</c>.</summary>
public sealed record ChainSettings
{
    /// <summary>The contracts.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>The block they were deployed in, or one before it: nothing earlier is read.</summary>
    public required ulong FirstBlock { get; init; }

    /// <summary>The platform's account: it submits, registers, and relays vouchers. Its key is the node's or the signer's, never ours.</summary>
    public required Address Account { get; init; }

    /// <summary>How deep a block must lie before it is believed, 1 to 10,000.</summary>
    public int Confirmations { get; init; } = 12;

    /// <summary>True to wait, too, for what the chain calls final, where it does.</summary>
    public bool Finalized { get; init; }

    /// <summary>How often a checkpoint is anchored, if the log has grown.</summary>
    public TimeSpan AnchorEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often the chain is looked at.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most that a unit of gas may cost, in wei.</summary>
    public UInt128 MaxFee { get; init; } = 200_000_000_000;

    /// <summary>How long a transaction waits before it is sent again for more.</summary>
    public TimeSpan ReplaceAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long nothing may be published in a scheduled broadcast before that is an outage.</summary>
    public TimeSpan OutageAfter { get; init; } = TimeSpan.FromSeconds(15);

    internal IReadOnlyList<NodeAddress> Nodes { get; init; } = [];

    /// <summary>Who signs; null if the nodes do.</summary>
    internal NodeAddress? Signer { get; init; }

    internal Depth Depth => new(Confirmations, Finalized);
}
