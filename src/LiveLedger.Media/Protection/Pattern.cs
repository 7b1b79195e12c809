namespace LiveLedger.Media.Protection;

/// <summary>The block pattern of cbcs video (ISO/IEC 23001-7 §9.6, §10.4): one block of ten is encrypted.</summary>
internal static class Pattern
{
    public const int Crypt = 1, Skip = 9;
}
