namespace LiveLedger.Peering.Admissions;

/// <summary>What a peer is in a broadcast's swarm.</summary>
public enum PeerRole
{
    /// <summary>Plays, and passes on what it plays if its owner agrees.</summary>
    Viewer,

    /// <summary>Plays nothing and holds no key: an operator's own cache.</summary>
    Relay,

    /// <summary>A relay that takes everything from the origin.</summary>
    Seed,
}
