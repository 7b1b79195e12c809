namespace LiveLedger.Ledger;

/// <summary>An event to append.</summary>
/// <param name="Id">Its own id, made once by whoever wants it stored; appending the same id again is no second event. Version 7 ids keep the index compact.</param>
/// <param name="Type">Stable kebab-case name, e.g. <c>segment-sealed</c>.</param>
/// <param name="Schema">Version of that type's payload, 0 to 65,535.</param>
/// <param name="PayloadJson">UTF-8 JSON, stored and hashed as these bytes; at most <see cref="MaxPayloadLength"/>.</param>
/// <param name="Actor">Who caused it: <c>system</c> or a pseudonym. Public: never a personal value.</param>
public sealed record NewEvent(Guid Id, string Type, int Schema, ReadOnlyMemory<byte> PayloadJson, string Actor)
{
    /// <summary>What this belongs to, from the first request on: in the leaf, so public.</summary>
    public Guid? Correlation { get; init; }

    /// <summary>The command or event that caused this one: in the leaf, so public.</summary>
    public Guid? Causation { get; init; }

    /// <summary>Most bytes of a payload.</summary>
    public const int MaxPayloadLength = 1024 * 1024;
}
