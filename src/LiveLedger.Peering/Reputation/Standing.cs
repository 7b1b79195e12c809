namespace LiveLedger.Peering.Reputation;

/// <summary>What the log says of one peer in one broadcast, and what it comes to.</summary>
public sealed record Standing
{
    /// <summary>Of who has done nothing yet.</summary>
    public static Standing Newcomer { get; } = new();

    /// <summary>Service, Q16; one is 15 s of one viewer's whole stream. As of <see cref="Epoch"/>.</summary>
    public long Good { get; init; }

    /// <summary>Offences, Q16. As of <see cref="Epoch"/>.</summary>
    public long Bad { get; init; }

    /// <summary>The swarm's epoch that both are of; they decay from there.</summary>
    public long Epoch { get; init; }

    /// <summary>Receipts that were counted.</summary>
    public long Receipts { get; init; }

    /// <summary>Bytes that were credited.</summary>
    public long Bytes { get; init; }

    /// <summary>How many receivers there were within ten epochs, when the last receipt was counted.</summary>
    public int Receivers { get; init; }

    /// <summary>Forks that it signed.</summary>
    public int Forks { get; init; }

    /// <summary>Proofs of fraud against its keys.</summary>
    public int Convictions { get; init; }

    /// <summary>True from a conviction to its pardon.</summary>
    public bool IsConvicted { get; init; }

    /// <summary>True while it is banned.</summary>
    public bool IsBanned { get; init; }

    /// <summary>Log index of the last event that changed it.</summary>
    public ulong Index { get; init; }

    /// <summary>The same standing some epochs later.</summary>
    public Standing At(long epoch) => epoch <= Epoch ? this : this with { Good = Formula.DecayGood(Good, epoch - Epoch), Bad = Formula.DecayBad(Bad, epoch - Epoch), Epoch = epoch };

    /// <summary>The score as of <see cref="Epoch"/>, 0 to 999.</summary>
    public int Score => IsConvicted || IsBanned ? 0 : Formula.ScoreOf(Good, Bad);

    /// <summary>The band as of <see cref="Epoch"/>.</summary>
    public Band Band => IsConvicted || IsBanned ? Band.Banned
        : Score < Formula.KnownScore ? Band.New
        : Score < Formula.ProvenScore || Receivers < Formula.ProvenBreadth ? Band.Known : Band.Proven;
}
