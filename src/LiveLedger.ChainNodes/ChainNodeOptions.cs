using LiveLedger.Chain;

namespace LiveLedger.ChainNodes;

/// <summary>Which nodes are asked about a chain, and how much and how long.</summary>
internal sealed record ChainNodeOptions
{
    /// <summary>The chain. A node of another one is not listened to.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>Where; the first that works is asked.</summary>
    public required IReadOnlyList<NodeAddress> Nodes { get; init; }

    /// <summary>False for a signer, which need not know: it is told the chain each time, and what it signs shows it.</summary>
    public bool AsksChain { get; init; } = true;

    /// <summary>How long a node may take for one exchange.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a question may take in all, whomever it is put to.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often every node is tried before a question is given up.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>How long a node that failed is asked last; doubles while it goes on failing, up to <see cref="LongestRest"/>.</summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest rest.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a node is believed to be of its chain before it is asked again.</summary>
    public TimeSpan BelieveChain { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most questions in one exchange.</summary>
    public int MaxBatch { get; init; } = 50;

    /// <summary>Most bytes of an answer that are read.</summary>
    public int MaxAnswer { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most blocks that logs are asked for at once.</summary>
    public int MaxLogSpan { get; init; } = 5000;
}
