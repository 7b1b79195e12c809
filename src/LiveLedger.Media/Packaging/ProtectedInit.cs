using LiveLedger.Media.Boxes;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>Writes the delivered init segment: the source's, its sample entry made encv or enca (ISO/IEC 14496-12 §8.12).</summary>
internal static class ProtectedInit
{
    // sinf with frma, schm and the longest tenc.
    private const int MaxGrowth = 128;

    private static ReadOnlySpan<uint> PathToEntry =>
        [BoxType.Moov, BoxType.Trak, BoxType.Mdia, BoxType.Minf, BoxType.Stbl, BoxType.Stsd];

    public static byte[] Write(ReadOnlySpan<byte> init, SourceInit source, PackagingTerms terms)
    {
        var buffer = new byte[init.Length + MaxGrowth + CommonPssh.Length(terms.ListedKeyIds)];
        var writer = new BoxWriter(buffer);
        var top = new BoxReader(init);
        while (top.TryRead(out var box))
        {
            // A sidx, an emsg or anything else here belongs to segments.
            if (box.Type == BoxType.Ftyp)
            {
                writer.Bytes(box.Whole);
            }
            else if (box.Type == BoxType.Moov)
            {
                Rewrite(box, 0, source, terms, ref writer);
            }
        }

        return buffer[..writer.Position];
    }

    private static void Rewrite(in Box parent, int depth, SourceInit source, PackagingTerms terms, ref BoxWriter writer)
    {
        var mark = writer.Begin(parent.Type);
        var body = parent.Body;
        if (depth == PathToEntry.Length - 1)
        {
            writer.Bytes(body[..TrackReader.StsdHeader]);
            var entries = new BoxReader(body[TrackReader.StsdHeader..]);
            if (entries.TryRead(out var entry))
            {
                WriteEntry(entry, source, terms, ref writer);
            }
        }
        else
        {
            var children = new BoxReader(body);
            while (children.TryRead(out var child))
            {
                if (child.Type == PathToEntry[depth + 1])
                {
                    Rewrite(child, depth + 1, source, terms, ref writer);
                }
                else if (child.Type != BoxType.Pssh)
                {
                    // A source's pssh would name keys that are not ours.
                    writer.Bytes(child.Whole);
                }
            }
        }

        if (depth == 0 && !terms.KeysInBand)
        {
            // Browsers fire `encrypted` only where there is one, and hls.js, like Shaka Player on HLS, asks for a licence only then. With keys in
            // band it stands in each fragment: here it would have who joins late ask for the first period's keys, which may not be theirs.
            CommonPssh.Write(terms.ListedKeyIds, ref writer);
        }

        writer.End(mark);
    }

    private static void WriteEntry(in Box entry, SourceInit source, PackagingTerms terms, ref BoxWriter writer)
    {
        var isVideo = source.Avc is not null;
        var mark = writer.Begin(isVideo ? BoxType.Encv : BoxType.Enca);
        writer.Bytes(entry.Body);
        var sinf = writer.Begin(BoxType.Sinf);
        var frma = writer.Begin(BoxType.Frma);
        writer.U32(entry.Type);
        writer.End(frma);
        var schm = writer.Begin(BoxType.Schm, version: 0, flags: 0);
        writer.U32(terms.Scheme == ProtectionScheme.Cbcs ? 0x63626373u : 0x63656e63u);
        writer.U32(0x00010000); // ISO/IEC 23001-7 §4.1: version 1.0
        writer.End(schm);
        var schi = writer.Begin(BoxType.Schi);
        WriteTenc(isVideo, terms, ref writer);
        writer.End(schi);
        writer.End(sinf);
        writer.End(mark);
    }

    // ISO/IEC 23001-7 §8.2
    private static void WriteTenc(bool isVideo, PackagingTerms terms, ref BoxWriter writer)
    {
        var isCbcs = terms.Scheme == ProtectionScheme.Cbcs;
        var mark = writer.Begin(BoxType.Tenc, version: isCbcs ? (byte)1 : (byte)0, flags: 0);
        writer.U8(0);
        // §9.6: video of cbcs has the pattern 1:9; §10.4: other tracks are encrypted whole, which is pattern 0:0.
        writer.U8(isCbcs && isVideo ? (byte)((Pattern.Crypt << 4) | Pattern.Skip) : (byte)0);
        writer.U8(1);
        writer.U8(isCbcs ? (byte)0 : (byte)SampleIv.Length);
        Span<byte> id = stackalloc byte[KeyId.Length];
        terms.Key.Id.CopyTo(id);
        writer.Bytes(id);
        if (isCbcs)
        {
            writer.U8(PackagingTerms.ConstantIvLength);
            writer.Bytes(terms.ConstantIv.Span);
        }

        writer.End(mark);
    }
}
