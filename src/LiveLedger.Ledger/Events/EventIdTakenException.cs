namespace LiveLedger.Ledger;

/// <summary>An event id was used before for another event: in another stream, or in a call with other events. Nothing was stored.</summary>
public sealed class EventIdTakenException(Exception inner)
    : Exception("an event id was used before for another event; ids are made once, and a repeated append repeats all of its events", inner);
