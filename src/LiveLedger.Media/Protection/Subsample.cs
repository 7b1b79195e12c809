namespace LiveLedger.Media.Protection;

/// <summary>BytesOfClearData and BytesOfProtectedData of one subsample (ISO/IEC 23001-7 §7.2).</summary>
internal readonly record struct Subsample(ushort Clear, uint Protected)
{
    /// <summary>Bytes of one entry in senc.</summary>
    public const int Length = 6;
}
