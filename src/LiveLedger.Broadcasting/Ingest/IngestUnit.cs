namespace LiveLedger.Broadcasting.Ingest;

/// <summary>What a publisher's body is cut into.</summary>
/// <param name="IsInit">An init segment (<c>ftyp</c> + <c>moov</c>), else media.</param>
/// <param name="StartsSegment">A <c>styp</c> stood before it.</param>
/// <param name="Bytes">Valid until the next unit is read.</param>
internal readonly record struct IngestUnit(bool IsInit, bool StartsSegment, ReadOnlyMemory<byte> Bytes);
