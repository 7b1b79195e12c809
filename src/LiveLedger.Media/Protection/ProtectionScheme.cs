namespace LiveLedger.Media.Protection;

/// <summary>Common encryption scheme of a broadcast (ISO/IEC 23001-7 §10).</summary>
public enum ProtectionScheme
{
    /// <summary>AES-CBC with a 1:9 block pattern for video, whole samples for audio, constant IV.</summary>
    Cbcs,

    /// <summary>AES-CTR, 8-byte IV for each sample.</summary>
    Cenc,
}
