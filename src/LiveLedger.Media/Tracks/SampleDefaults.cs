namespace LiveLedger.Media.Tracks;

/// <summary>Defaults of trex, overridden by tfhd (ISO/IEC 14496-12 §8.8.3, §8.8.7).</summary>
internal readonly record struct SampleDefaults(uint Duration, uint Size, uint Flags)
{
    /// <summary>sample_is_non_sync_sample (§8.8.3.1).</summary>
    public const uint NonSync = 0x10000;
}
