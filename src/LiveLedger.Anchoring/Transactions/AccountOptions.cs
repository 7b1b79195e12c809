using LiveLedger.Chain;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>How an account's transactions are sent.</summary>
internal sealed record AccountOptions
{
    /// <summary>Highest ceiling of fees: far above any there was, and far from where sums run over.</summary>
    public const ulong HighestCeiling = 1_000_000_000_000_000;

    /// <summary>The account.</summary>
    public required Address Account { get; init; }

    /// <summary>How many blocks, its own being the first, stand on a transaction before it is taken for good.</summary>
    public int Confirmations { get; init; } = 12;

    /// <summary>If true, and where the chain says what is final, that counts instead.</summary>
    public bool AwaitFinalized { get; init; }

    /// <summary>Most that a unit of gas may cost, tip included: 300 gwei.</summary>
    public ulong FeeCeiling { get; init; } = 300_000_000_000;

    /// <summary>How long a transaction waits for a block before it is sent again under higher fees.</summary>
    public TimeSpan ReplaceAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How often the chain is asked while something is under way.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often the ledger is asked for orders of other processes; those of this one are heard of at once.</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the chain is asked what it took back when nothing is under way.</summary>
    public TimeSpan LookBack { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest pause after trouble.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most transactions at once that are in no block yet: nodes keep 16 of an account for sure (geth's accountslots).</summary>
    public int MostUnderWay { get; init; } = 16;

    /// <summary>Most of these that redeem vouchers: anybody may have us do that, and what has a deadline must not wait for it.</summary>
    public int MostRedemptions { get; init; } = 4;

    /// <summary>Most transactions that are not final: each is looked for at each look. Redemptions have half of it.</summary>
    public int MostUnfinal { get; init; } = 256;

    /// <summary>Most gas that a redemption may take: one takes 150,000, and a buyer's or broadcaster's own code must not burn more of ours.</summary>
    public ulong MostRedemptionGas { get; init; } = 400_000;

    /// <summary>Gas is estimated against a state that moves; so many percent are added.</summary>
    public int GasMargin { get; init; } = 25;
}
