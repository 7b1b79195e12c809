using LiveLedger.Chain.Abi;

namespace LiveLedger.Chain.Contracts;

/// <summary>A logged outage, shown whole (<c>Gap</c>): the entry has only the digest of what the gap was.</summary>
/// <param name="Entry">The entry and its proof.</param>
/// <param name="Salt">What was hashed before the payload.</param>
/// <param name="Payload">From when until when, as the log has it.</param>
public sealed record LoggedGap(LoggedEntry Entry, Guid Salt, ReadOnlyMemory<byte> Payload)
{
    internal const string Type = $"({LoggedEntry.Type},bytes16,bytes)";

    internal AbiWriter ToTuple() => new AbiWriter().AddTuple(Entry.ToTuple()).Add(Salt).AddBytes(Payload.Span);
}
