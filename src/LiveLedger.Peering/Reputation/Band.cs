namespace LiveLedger.Peering.Reputation;

/// <summary>What a standing comes to, for whoever chooses between peers.</summary>
public enum Band
{
    /// <summary>Nothing is known, or too little: neither good nor bad.</summary>
    New,

    /// <summary>Has served some.</summary>
    Known,

    /// <summary>Has served much, to several.</summary>
    Proven,

    /// <summary>Has no place in the swarm.</summary>
    Banned,
}

/// <summary>Bands as text.</summary>
public static class Bands
{
    /// <summary>As admissions and answers have it.</summary>
    public static string TextOf(Band band) => band switch
    {
        Band.New => "new",
        Band.Known => "known",
        Band.Proven => "proven",
        Band.Banned => "banned",
        _ => throw new ArgumentOutOfRangeException(nameof(band)),
    };
}
