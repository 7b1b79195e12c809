namespace LiveLedger.Media.Avc;

/// <summary>slice_type modulo 5 (ITU-T H.264 table 7-6).</summary>
internal static class SliceType
{
    public const uint P = 0, B = 1, I = 2, Sp = 3, Si = 4;
}
