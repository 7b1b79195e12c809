using LiveLedger.Media.Boxes;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Packaging;

/// <summary>Reads back what a delivered init segment says of its protection.</summary>
public static class DeliveredInit
{
    // ISO/IEC 14496-12 §8.5.2, §12.1.3, §12.2.3: fixed fields before the child boxes of an entry.
    private const int StsdHeader = 8;
    private const int VideoEntryHeader = 78;
    private const int AudioEntryHeader = 28;

    // ISO/IEC 23001-7 §8.2: version and flags, two reserved or pattern bytes, isProtected, IV size.
    private const int KeyIdOffset = 8;

    private static ReadOnlySpan<uint> PathToEntry =>
        [BoxType.Moov, BoxType.Trak, BoxType.Mdia, BoxType.Minf, BoxType.Stbl, BoxType.Stsd];

    /// <summary>The default key id (tenc); false if this is no protected init segment.</summary>
    public static bool TryReadKeyId(ReadOnlySpan<byte> init, out KeyId id)
    {
        id = default;
        var body = init;
        foreach (var type in PathToEntry)
        {
            if (!TryEnter(ref body, type))
            {
                return false;
            }
        }

        if (body.Length < StsdHeader || !new BoxReader(body[StsdHeader..]).TryRead(out var entry))
        {
            return false;
        }

        var fixedFields = entry.Type switch { BoxType.Encv => VideoEntryHeader, BoxType.Enca => AudioEntryHeader, _ => int.MaxValue };
        if (entry.Body.Length < fixedFields)
        {
            return false;
        }

        body = entry.Body[fixedFields..];
        if (!TryEnter(ref body, BoxType.Sinf) || !TryEnter(ref body, BoxType.Schi) || !TryEnter(ref body, BoxType.Tenc)
            || body.Length < KeyIdOffset + KeyId.Length)
        {
            return false;
        }

        id = KeyId.Read(body.Slice(KeyIdOffset, KeyId.Length));
        return true;
    }

    private static bool TryEnter(ref ReadOnlySpan<byte> body, uint type)
    {
        if (!new BoxReader(body).TryFind(type, out var box))
        {
            return false;
        }

        body = box.Body;
        return true;
    }
}
