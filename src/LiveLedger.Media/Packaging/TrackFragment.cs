using LiveLedger.Media.Boxes;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>tfhd and tfdt of a traf (ISO/IEC 14496-12 §8.8.7, §8.8.12).</summary>
internal readonly record struct TrackFragment(ulong DecodeTime, SampleDefaults Defaults)
{
    public const uint BaseDataOffset = 0x1, SampleDescription = 0x2, DefaultDuration = 0x8, DefaultSize = 0x10;
    public const uint DefaultFlags = 0x20, DefaultBaseIsMoof = 0x20000;

    public static bool TryReadHead(
        ReadOnlySpan<byte> traf, SourceInit init, out TrackFragment head, out MediaFault fault)
    {
        head = default;
        ReadOnlySpan<byte> tfhd = default, tfdt = default;
        var reader = new BoxReader(traf);
        while (reader.TryRead(out var box))
        {
            if (box.Type == BoxType.Tfhd)
            {
                tfhd = box.Body;
            }
            else if (box.Type == BoxType.Tfdt)
            {
                tfdt = box.Body;
            }
        }

        if (reader.Fault is { } broken)
        {
            fault = broken;
            return false;
        }

        if (tfhd.IsEmpty || tfdt.IsEmpty)
        {
            fault = new(MediaFaultCode.SegmentIncomplete, "a traf has a tfhd and a tfdt");
            return false;
        }

        var time = new FieldReader(tfdt);
        var isLong = time.U32() >> 24 != 0;
        var decodeTime = isLong ? time.U64() : time.U32();
        if (time.Failed || decodeTime > long.MaxValue)
        {
            fault = new(MediaFaultCode.SegmentTimeInvalid, $"tfdt is cut, or its {decodeTime} is out of range");
            return false;
        }

        if (!TryReadDefaults(tfhd, init, out var defaults, out fault))
        {
            return false;
        }

        head = new(decodeTime, defaults);
        return true;
    }

    private static bool TryReadDefaults(
        ReadOnlySpan<byte> tfhd, SourceInit init, out SampleDefaults defaults, out MediaFault fault)
    {
        fault = default;
        var fields = new FieldReader(tfhd);
        var flags = fields.U32() & 0xffffff;
        var trackId = fields.U32();
        var description = (flags & SampleDescription) != 0 ? fields.U32() : 1;
        defaults = new(
            (flags & DefaultDuration) != 0 ? fields.U32() : init.Defaults.Duration,
            (flags & DefaultSize) != 0 ? fields.U32() : init.Defaults.Size,
            (flags & DefaultFlags) != 0 ? fields.U32() : init.Defaults.Flags);
        if ((flags & BaseDataOffset) != 0)
        {
            // CMAF (ISO/IEC 23000-19 §7.5.16) forbids it.
            fault = new(MediaFaultCode.SegmentAbsoluteOffsets, "tfhd has a base-data-offset; CMAF counts from the moof");
            return false;
        }

        if (fields.Failed || description != 1)
        {
            fault = new(MediaFaultCode.BoxFieldInvalid, "tfhd is cut, or names a sample entry that is not there");
            return false;
        }

        if (trackId != init.TrackId)
        {
            fault = new(MediaFaultCode.SegmentWrongTrack, $"track {trackId}; the init segment has {init.TrackId}");
            return false;
        }

        return true;
    }
}
