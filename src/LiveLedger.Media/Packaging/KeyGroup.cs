using LiveLedger.Media.Boxes;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Packaging;

/// <summary>
/// The key of a fragment in the fragment itself: the sample group <c>seig</c> (ISO/IEC 23001-7 §6), described in the fragment and holding all its
/// samples, and a <c>pssh</c> in its <c>moof</c>, from which players ask for a licence.
/// </summary>
/// <param name="scheme">The scheme.</param>
/// <param name="isVideo">Video has a pattern under cbcs.</param>
/// <param name="keyId">The key.</param>
/// <param name="constantIv">16 bytes for cbcs, none for cenc.</param>
/// <param name="listed">The ids to list.</param>
internal sealed class KeyGroup(ProtectionScheme scheme, bool isVideo, KeyId keyId, byte[] constantIv, IReadOnlyList<KeyId> listed)
{
    // ISO/IEC 14496-12 §8.9.4: indexes above 0x10000 are of descriptions in the fragment.
    private const uint FirstOfFragment = 0x10001;

    // reserved, pattern, isProtected, IV size, key id.
    private const int EntryLength = 4 + KeyId.Length;

    private int DescriptionLength => EntryLength + (constantIv.Length > 0 ? 1 + constantIv.Length : 0);

    /// <summary>Bytes that a fragment grows by.</summary>
    public int Length => 12 + 12 + DescriptionLength + 12 + 4 + 4 + 8 + CommonPssh.Length(listed);

    /// <summary>Writes <c>sgpd</c> and <c>sbgp</c>, within <c>traf</c>.</summary>
    public void WriteGroup(int samples, ref BoxWriter writer)
    {
        var sgpd = writer.Begin(BoxType.Sgpd, version: 1, flags: 0);
        writer.U32(BoxType.Seig);
        writer.U32((uint)DescriptionLength);
        writer.U32(1);
        writer.U8(0);
        writer.U8(scheme == ProtectionScheme.Cbcs && isVideo ? (byte)((Pattern.Crypt << 4) | Pattern.Skip) : (byte)0);
        writer.U8(1);
        writer.U8(scheme == ProtectionScheme.Cbcs ? (byte)0 : (byte)SampleIv.Length);
        Span<byte> id = stackalloc byte[KeyId.Length];
        keyId.CopyTo(id);
        writer.Bytes(id);
        if (constantIv.Length > 0)
        {
            writer.U8((byte)constantIv.Length);
            writer.Bytes(constantIv);
        }

        writer.End(sgpd);
        var sbgp = writer.Begin(BoxType.Sbgp, version: 0, flags: 0);
        writer.U32(BoxType.Seig);
        writer.U32(1);
        writer.U32((uint)samples);
        writer.U32(FirstOfFragment);
        writer.End(sbgp);
    }

    /// <summary>Writes the <c>pssh</c>, within <c>moof</c>.</summary>
    public void WritePssh(ref BoxWriter writer) => CommonPssh.Write(listed, ref writer);
}
