using LiveLedger.Media.Boxes;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Packaging;

/// <summary>The <c>pssh</c> of the W3C's common system, which is nothing but a list of key ids (ISO/IEC 23001-7 §8.1, eme-initdata-cenc §4).</summary>
internal static class CommonPssh
{
    // Box head, version and flags, system, count of ids, length of data.
    private const int FixedLength = 8 + 4 + 16 + 4 + 4;

    private static ReadOnlySpan<byte> System =>
        [0x10, 0x77, 0xef, 0xec, 0xc0, 0xb2, 0x4d, 0x02, 0xac, 0xe3, 0x3c, 0x1e, 0x52, 0xe2, 0xfb, 0x4b];

    /// <summary>Its length in bytes.</summary>
    public static int Length(IReadOnlyList<KeyId> ids) => FixedLength + ids.Count * KeyId.Length;

    public static void Write(IReadOnlyList<KeyId> ids, ref BoxWriter writer)
    {
        var mark = writer.Begin(BoxType.Pssh, version: 1, flags: 0);
        writer.Bytes(System);
        writer.U32((uint)ids.Count);
        Span<byte> id = stackalloc byte[KeyId.Length];
        for (var i = 0; i < ids.Count; i++)
        {
            ids[i].CopyTo(id);
            writer.Bytes(id);
        }

        writer.U32(0);
        writer.End(mark);
    }
}
