using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tracks;

/// <summary>Reads one trak: who it is, and its one sample entry.</summary>
internal readonly record struct TrackReader(
    uint TrackId, uint EntryType, TrackDescription Description, AvcConfiguration? Avc)
{
    // stsd version, flags, entry_count; and the fixed fields of sample entries (ISO/IEC 14496-12 §8.5.2, §12.1.3, §12.2.3).
    public const int StsdHeader = 8, VisualEntryFields = 78, AudioEntryFields = 28;

    public static bool TryRead(ReadOnlySpan<byte> trak, out TrackReader track, out MediaFault fault)
    {
        track = default;
        if (!TryFind(trak, BoxType.Tkhd, out var tkhd, out fault)
            || !TryFind(trak, BoxType.Mdia, out var mdia, out fault)
            || !TryFind(mdia, BoxType.Mdhd, out var mdhd, out fault)
            || !TryFind(mdia, BoxType.Hdlr, out var hdlr, out fault)
            || !TryFind(mdia, BoxType.Minf, out var minf, out fault)
            || !TryFind(minf, BoxType.Stbl, out var stbl, out fault)
            || !TryFind(stbl, BoxType.Stsd, out var stsd, out fault))
        {
            return false;
        }

        var header = new FieldReader(tkhd);
        header.Skip(header.U8() == 1 ? 3 + 16 : 3 + 8);
        var trackId = header.U32();
        var media = new FieldReader(mdhd);
        var isLong = media.U8() == 1;
        media.Skip(isLong ? 3 + 16 : 3 + 8);
        var timescale = media.U32();
        media.Skip(isLong ? 8 : 4);
        var language = Language(media.U16());
        var handlerFields = new FieldReader(hdlr);
        handlerFields.Skip(8);
        var handler = handlerFields.U32();
        if (header.Failed || media.Failed || handlerFields.Failed)
        {
            fault = new(MediaFaultCode.BoxTruncated, "tkhd, mdhd or hdlr ends early");
            return false;
        }

        if (timescale == 0 || trackId == 0)
        {
            fault = new(MediaFaultCode.BoxFieldInvalid, "timescale and track_ID are above 0");
            return false;
        }

        language = ExtendedLanguage(mdia) ?? language;
        return TryReadEntry(stsd, handler, trackId, timescale, language, out track, out fault);
    }

    private static bool TryReadEntry(
        ReadOnlySpan<byte> stsd, uint handler, uint trackId, uint timescale, string? language,
        out TrackReader track, out MediaFault fault)
    {
        track = default;
        fault = default;
        var fields = new FieldReader(stsd);
        fields.Skip(4);
        var count = fields.U32();
        var entries = new BoxReader(fields.Rest);
        if (fields.Failed || !entries.TryRead(out var entry))
        {
            fault = entries.Fault ?? new(MediaFaultCode.InitIncomplete, "no sample entry");
            return false;
        }

        if (count != 1 || entries.TryRead(out _))
        {
            fault = new(MediaFaultCode.CodecUnsupported, $"{count} sample entries; one is taken");
            return false;
        }

        var isVideo = handler == BoxType.Vide && entry.Type is BoxType.Avc1 or BoxType.Avc3;
        if (!isVideo && !(handler == BoxType.Soun && entry.Type == BoxType.Mp4a))
        {
            fault = new(MediaFaultCode.CodecUnsupported, $"{BoxType.Name(entry.Type)} in a {BoxType.Name(handler)} track");
            return false;
        }

        var fixedFields = isVideo ? VisualEntryFields : AudioEntryFields;
        if (entry.Body.Length < fixedFields)
        {
            fault = new(MediaFaultCode.BoxTruncated, $"{BoxType.Name(entry.Type)} ends early");
            return false;
        }

        var children = entry.Body[fixedFields..];
        return isVideo
            ? TryReadVideo(entry, children, trackId, timescale, language, out track, out fault)
            : TryReadAudio(entry, children, trackId, timescale, language, out track, out fault);
    }

    private static bool TryReadVideo(
        in Box entry, ReadOnlySpan<byte> children, uint trackId, uint timescale, string? language,
        out TrackReader track, out MediaFault fault)
    {
        track = default;
        if (!TryFind(children, BoxType.AvcC, out var avcC, out fault))
        {
            return false;
        }

        if (!AvcConfiguration.TryRead(avcC, entry.Type, out var avc) || avc is null)
        {
            fault = new(MediaFaultCode.AvcInvalid, "avcC, or a parameter set in it, is malformed");
            return false;
        }

        var size = new FieldReader(entry.Body[24..]);
        int width = size.U16(), height = size.U16();
        if (avc.First is { } sps)
        {
            (width, height) = (sps.Width, sps.Height);
        }

        if (width == 0 || height == 0)
        {
            fault = new(MediaFaultCode.BoxFieldInvalid, "a picture has a width and a height");
            return false;
        }

        var description = new VideoDescription
        {
            Codec = avc.Codec,
            Timescale = timescale,
            Language = language,
            Width = width,
            Height = height,
        };
        track = new(trackId, entry.Type, description, avc);
        return true;
    }

    private static bool TryReadAudio(
        in Box entry, ReadOnlySpan<byte> children, uint trackId, uint timescale, string? language,
        out TrackReader track, out MediaFault fault)
    {
        track = default;
        if (!TryFind(children, BoxType.Esds, out var esds, out fault))
        {
            return false;
        }

        if (!AacConfiguration.TryRead(esds, out var aac, out var isOther))
        {
            fault = isOther
                ? new(MediaFaultCode.CodecUnsupported, "mp4a, but not AAC-LC, HE-AAC or HE-AAC v2")
                : new(MediaFaultCode.BoxFieldInvalid, "esds is malformed");
            return false;
        }

        // Channel configuration 0 leaves the count to the stream; the sample entry then says it.
        var channels = aac.Channels != 0 ? aac.Channels : (entry.Body[16] << 8) | entry.Body[17];
        var description = new AudioDescription
        {
            Codec = aac.Codec,
            Timescale = timescale,
            Language = language,
            SampleRate = aac.SampleRate,
            Channels = channels,
        };
        track = new(trackId, entry.Type, description, Avc: null);
        return true;
    }

    private static bool TryFind(ReadOnlySpan<byte> parent, uint type, out ReadOnlySpan<byte> body, out MediaFault fault)
    {
        var reader = new BoxReader(parent);
        var isFound = reader.TryFind(type, out var box);
        body = isFound ? box.Body : default;
        fault = isFound ? default : reader.Fault ?? new(MediaFaultCode.InitIncomplete, $"no {BoxType.Name(type)}");
        return isFound;
    }

    // ISO/IEC 14496-12 §8.4.2.3: three letters of five bits, each less 0x60.
    private static string? Language(ushort packed)
    {
        Span<char> code = stackalloc char[3];
        for (var i = 0; i < 3; i++)
        {
            code[i] = (char)(((packed >> (10 - 5 * i)) & 0x1f) + 0x60);
            if (!char.IsAsciiLetterLower(code[i]))
            {
                return null;
            }
        }

        return code is "und" ? null : new string(code);
    }

    // elng, §8.4.6: an RFC 5646 tag; it goes into manifests, so only the characters of a tag pass.
    private static string? ExtendedLanguage(ReadOnlySpan<byte> mdia)
    {
        if (!TryFind(mdia, BoxType.Elng, out var elng, out _) || elng.Length < 5)
        {
            return null;
        }

        var tag = elng[4..].TrimEnd((byte)0);
        if (tag.Length is 0 or > 35)
        {
            return null;
        }

        foreach (var c in tag)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '-')
            {
                return null;
            }
        }

        return tag.SequenceEqual("und"u8) ? null : System.Text.Encoding.ASCII.GetString(tag);
    }
}
