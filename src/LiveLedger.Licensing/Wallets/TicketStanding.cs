namespace LiveLedger.Licensing;

/// <summary>What a chain says of a ticket.</summary>
public enum TicketStanding
{
    /// <summary>There is none: the chain has taken back the block that sold it.</summary>
    Unsold,

    /// <summary>Somebody holds it.</summary>
    Held,

    /// <summary>Its holder has given it up.</summary>
    Burned,

    /// <summary>And the price was given back.</summary>
    Refunded,
}
