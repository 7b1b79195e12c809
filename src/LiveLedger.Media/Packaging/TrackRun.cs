using LiveLedger.Media.Boxes;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>Sums of one trun (ISO/IEC 14496-12 §8.8.8).</summary>
internal readonly record struct TrackRun(
    int SampleCount, int? DataOffset, long DataLength, ulong Duration, uint FirstFlags)
{
    public const uint HasDataOffset = 0x1, HasFirstFlags = 0x4, HasDuration = 0x100, HasSize = 0x200, HasFlags = 0x400;
    private const uint HasCompositionOffset = 0x800;

    /// <summary>Reads a trun, adding its sample sizes to <paramref name="sizes"/>.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body, in SampleDefaults defaults, int mostSamples, List<int> sizes,
        out TrackRun run, out MediaFault fault)
    {
        run = default;
        fault = default;
        var fields = new FieldReader(body);
        var flags = fields.U32() & 0xffffff;
        var count = fields.U32();
        int? offset = (flags & HasDataOffset) != 0 ? (int)fields.U32() : null;
        var firstFlags = (flags & HasFirstFlags) != 0 ? fields.U32() : defaults.Flags;
        if (fields.Failed || count > (uint)mostSamples)
        {
            fault = fields.Failed
                ? new(MediaFaultCode.BoxTruncated, "trun ends early")
                : new(MediaFaultCode.SegmentTooManySamples, $"a trun of {count} samples, {mostSamples} are left");
            return false;
        }

        long length = 0;
        ulong duration = 0;
        for (var i = 0; i < count; i++)
        {
            duration += (flags & HasDuration) != 0 ? fields.U32() : defaults.Duration;
            var size = (flags & HasSize) != 0 ? fields.U32() : defaults.Size;
            var ownFlags = (flags & HasFlags) != 0 ? fields.U32() : firstFlags;
            // §8.8.8.1: first-sample-flags overrides the flags of the first sample.
            firstFlags = i == 0 && (flags & HasFirstFlags) == 0 ? ownFlags : firstFlags;
            fields.Skip((flags & HasCompositionOffset) != 0 ? 4 : 0);
            if (size is 0 or > SegmentMap.MaxLength)
            {
                fault = new(
                    fields.Failed ? MediaFaultCode.BoxTruncated : MediaFaultCode.SampleOutside,
                    fields.Failed ? "trun ends early" : $"a sample of {size} bytes");
                return false;
            }

            sizes.Add((int)size);
            length += size;
        }

        if (fields.Failed)
        {
            fault = new(MediaFaultCode.BoxTruncated, "trun ends early");
            return false;
        }

        run = new((int)count, offset, length, duration, firstFlags);
        return true;
    }
}
