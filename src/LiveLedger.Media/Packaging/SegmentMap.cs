using System.Runtime.InteropServices;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>One moof with its mdat; offsets count from the start of the source segment.</summary>
internal readonly record struct Fragment(
    int MoofOffset, int MoofLength, ulong DecodeTime, int FirstRun, int RunCount, int FirstSample, int SampleCount);

/// <summary>One trun: where its box body stands, and where its samples lie.</summary>
internal readonly record struct Run(int SampleCount, int DataOffset, int DataLength);

/// <summary>
/// Where everything of a source segment is (ISO/IEC 14496-12 §8.8). Kept and refilled, so that after the first segments
/// nothing is allocated.
/// </summary>
internal sealed class SegmentMap
{
    /// <summary>Longest source segment in bytes.</summary>
    public const int MaxLength = 1 << 26;

    private const int MaxSamples = 1 << 14;
    private const int MaxFragments = 1 << 11;

    private readonly List<Fragment> _fragments = [];
    private readonly List<Run> _runs = [];
    private readonly List<int> _sampleSizes = [];

    private ulong _end;
    private bool _startsWithSync;
    private bool _isLast;

    public ReadOnlySpan<Fragment> Fragments => CollectionsMarshal.AsSpan(_fragments);

    public ReadOnlySpan<Run> Runs => CollectionsMarshal.AsSpan(_runs);

    public ReadOnlySpan<int> SampleSizes => CollectionsMarshal.AsSpan(_sampleSizes);

    /// <summary>Maps a segment: styp?, then any of prft, emsg, sidx …, and moof with mdat, once or more.</summary>
    public bool TryRead(ReadOnlySpan<byte> segment, SourceInit init, out SourceSegment info, out MediaFault fault)
    {
        _fragments.Clear();
        _runs.Clear();
        _sampleSizes.Clear();
        _isLast = false;
        _end = 0;
        info = default;
        if (segment.Length > MaxLength)
        {
            fault = new(MediaFaultCode.SegmentTooLarge, $"{segment.Length} bytes, {MaxLength} is the most");
            return false;
        }

        fault = default;
        var top = new BoxReader(segment);
        // Index of the first run of a moof that still waits for its mdat.
        var waiting = -1;
        while (top.TryRead(out var box))
        {
            switch (box.Type)
            {
                case BoxType.Ftyp or BoxType.Moov:
                    fault = new(MediaFaultCode.SegmentIncomplete, "a segment and an init segment are sent apart");
                    return false;
                case BoxType.Styp:
                    _isLast |= HasBrand(box.Body, BoxType.Lmsg);
                    break;
                case BoxType.Moof when waiting < 0:
                    waiting = _runs.Count;
                    if (!TryReadMoof(box, init, out fault))
                    {
                        return false;
                    }

                    break;
                case BoxType.Mdat when waiting >= 0:
                    if (!TryPlace(box, waiting, out fault))
                    {
                        return false;
                    }

                    waiting = -1;
                    break;
                case BoxType.Moof or BoxType.Mdat:
                    fault = new(MediaFaultCode.SegmentIncomplete, "moof and mdat come in turn");
                    return false;
            }
        }

        if (top.Fault is { } broken)
        {
            fault = broken;
            return false;
        }

        if (waiting >= 0 || _fragments.Count == 0)
        {
            fault = new(MediaFaultCode.SegmentIncomplete, waiting >= 0 ? "a moof without an mdat" : "no moof");
            return false;
        }

        return TrySum(segment.Length, out info, out fault);
    }

    private bool TrySum(int length, out SourceSegment info, out MediaFault fault)
    {
        info = default;
        fault = default;
        var start = _fragments[0].DecodeTime;
        if (_sampleSizes.Count == 0 || _end == start)
        {
            fault = new(MediaFaultCode.SegmentEmpty, $"{_sampleSizes.Count} samples, {_end - start} ticks");
            return false;
        }

        if (_end < start || _end - start > uint.MaxValue)
        {
            fault = new(MediaFaultCode.SegmentTimeInvalid, $"decode times run from {start} to {_end}");
            return false;
        }

        info = new(start, (uint)(_end - start), _sampleSizes.Count, _startsWithSync, length, _isLast);
        return true;
    }

    private bool TryReadMoof(in Box moof, SourceInit init, out MediaFault fault)
    {
        fault = default;
        var reader = new BoxReader(moof.Body);
        ReadOnlySpan<byte> traf = default;
        var tracks = 0;
        while (reader.TryRead(out var box))
        {
            if (box.Type == BoxType.Traf)
            {
                traf = box.Body;
                tracks++;
            }
        }

        if (reader.Fault is { } broken)
        {
            fault = broken;
            return false;
        }

        if (tracks != 1 || _fragments.Count == MaxFragments)
        {
            fault = tracks != 1
                ? new(MediaFaultCode.SegmentWrongTrack, $"{tracks} tracks in a moof; one is taken")
                : new(MediaFaultCode.SegmentTooManySamples, $"more than {MaxFragments} moofs");
            return false;
        }

        if (!TrackFragment.TryReadHead(traf, init, out var head, out fault))
        {
            return false;
        }

        if (head.DecodeTime < _end)
        {
            fault = new(MediaFaultCode.SegmentTimeInvalid, $"decode time {head.DecodeTime} after samples up to {_end}");
            return false;
        }

        return TryReadRuns(moof, traf, head, out fault);
    }

    private bool TryReadRuns(in Box moof, ReadOnlySpan<byte> traf, in TrackFragment head, out MediaFault fault)
    {
        fault = default;
        var firstRun = _runs.Count;
        var firstSample = _sampleSizes.Count;
        // §8.8.8.3: without an offset of its own, a run follows the one before it; the first starts at the moof.
        long next = moof.Offset;
        ulong duration = 0;
        var reader = new BoxReader(traf);
        while (reader.TryFind(BoxType.Trun, out var box))
        {
            var before = _sampleSizes.Count;
            if (!TrackRun.TryRead(box.Body, head.Defaults, MaxSamples - before, _sampleSizes, out var run, out fault))
            {
                return false;
            }

            if (before == 0 && run.SampleCount > 0)
            {
                _startsWithSync = (run.FirstFlags & SampleDefaults.NonSync) == 0;
            }

            next = run.DataOffset is { } offset ? moof.Offset + (long)offset : next;
            if (next < 0 || next + run.DataLength > MaxLength)
            {
                fault = new(MediaFaultCode.SampleOutside, $"samples at {next}, outside the segment");
                return false;
            }

            _runs.Add(new(run.SampleCount, (int)next, (int)run.DataLength));
            next += run.DataLength;
            duration += run.Duration;
        }

        if (head.DecodeTime > long.MaxValue - duration)
        {
            fault = new(MediaFaultCode.SegmentTimeInvalid, $"decode time {head.DecodeTime} is out of range");
            return false;
        }

        _end = head.DecodeTime + duration;
        _fragments.Add(new(
            moof.Offset, moof.Whole.Length, head.DecodeTime, firstRun, _runs.Count - firstRun, firstSample,
            _sampleSizes.Count - firstSample));
        return true;
    }

    // The delivered mdat holds exactly the samples, in order: what no run names could be neither encrypted nor played.
    private bool TryPlace(in Box mdat, int firstRun, out MediaFault fault)
    {
        fault = default;
        int start = mdat.BodyOffset, end = mdat.Offset + mdat.Whole.Length;
        long total = 0;
        foreach (var run in Runs[firstRun..])
        {
            total += run.DataLength;
            if (run.DataOffset < start || run.DataOffset + run.DataLength > end)
            {
                fault = new(
                    MediaFaultCode.SampleOutside,
                    $"samples at {run.DataOffset}, {run.DataLength} bytes; the mdat holds {start} to {end}");
                return false;
            }
        }

        // Runs that overlap could make a short segment long.
        if (total > end - start)
        {
            fault = new(MediaFaultCode.SampleOutside, $"{total} bytes of samples in an mdat of {end - start}");
            return false;
        }

        return true;
    }

    private static bool HasBrand(ReadOnlySpan<byte> body, uint brand)
    {
        var fields = new FieldReader(body);
        var isFound = fields.U32() == brand;
        fields.Skip(4);
        while (!isFound && fields.Rest.Length >= 4)
        {
            isFound = fields.U32() == brand;
        }

        return isFound;
    }
}
