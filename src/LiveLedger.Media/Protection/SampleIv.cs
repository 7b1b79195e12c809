namespace LiveLedger.Media.Protection;

/// <summary>IVs of cenc samples (ISO/IEC 23001-7 §9.2): 8 bytes, the upper half of the AES-CTR counter block.</summary>
internal static class SampleIv
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 8;
}
