using LiveLedger.Media.Boxes;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Packaging;

/// <summary>Writes the delivered segment from a mapped and planned source; nothing here can fail any more.</summary>
internal ref struct SegmentWriter
{
    // styp and, for each fragment, what can be longer than in the source: tfdt, saiz, saio, senc heads, truns' offsets.
    private const int SegmentGrowth = 64, FragmentGrowth = 128, RunGrowth = 4, MessageGrowth = 4;

    private readonly TrackPackager _track;
    private readonly SegmentMap _map;
    private readonly SubsamplePlan? _plan;
    private readonly ReadOnlySpan<byte> _source;
    private readonly uint _sequence;
    private readonly ulong _offset;
    private BoxWriter _writer;
    private ulong _iv;

    public SegmentWriter(
        TrackPackager track, SegmentMap map, SubsamplePlan? plan, ReadOnlySpan<byte> source, Span<byte> buffer,
        uint sequence, ulong offset, ulong iv)
    {
        _track = track;
        _map = map;
        _plan = plan;
        _source = source;
        _sequence = sequence;
        _offset = offset;
        _iv = iv;
        _writer = new(buffer);
    }

    /// <summary>IV of the next sample.</summary>
    public readonly ulong NextIv => _iv;

    /// <summary>The most bytes that a segment can have, packaged.</summary>
    public static long MaxLength(int sourceLength, SegmentMap map, SubsamplePlan? plan, KeyGroup? group)
    {
        // A prft is the shortest box that grows, by 4 bytes of at least 24; senc and saiz grow with samples and subsamples.
        const int AnyBox = 24;
        long perSample = SampleIv.Length + 2 + 1;
        return SegmentGrowth + sourceLength + (long)sourceLength / AnyBox * MessageGrowth
            + (long)map.Fragments.Length * (FragmentGrowth + (group?.Length ?? 0)) + (long)map.Runs.Length * RunGrowth
            + map.SampleSizes.Length * perSample + (long)(plan?.Entries.Length ?? 0) * Subsample.Length;
    }

    /// <summary>Writes the segment; its length.</summary>
    public int Write()
    {
        var styp = _writer.Begin(BoxType.Styp);
        _writer.U32(BoxType.Msdh);
        _writer.U32(0);
        _writer.U32(BoxType.Msdh);
        _writer.U32(BoxType.Cmfs);
        _writer.End(styp);
        var fragment = 0;
        var top = new BoxReader(_source);
        while (top.TryRead(out var box))
        {
            switch (box.Type)
            {
                case BoxType.Emsg:
                    TimedBoxes.CopyEmsg(box, _offset, _track.Description.Timescale, ref _writer);
                    break;
                case BoxType.Prft:
                    TimedBoxes.CopyPrft(box, _offset, ref _writer);
                    break;
                case BoxType.Moof:
                    WriteFragment(box.Body, _map.Fragments[fragment++]);
                    break;
            }
        }

        return _writer.Position;
    }

    private void WriteFragment(ReadOnlySpan<byte> moof, in Fragment fragment)
    {
        var moofMark = _writer.Begin(BoxType.Moof);
        var mfhd = _writer.Begin(BoxType.Mfhd, 0, 0);
        // ISO/IEC 14496-12 §8.8.5: counts from 1.
        _writer.U32(_sequence + 1);
        _writer.End(mfhd);
        var reader = new BoxReader(moof);
        reader.TryFind(BoxType.Traf, out var traf);
        var trafMark = _writer.Begin(BoxType.Traf);
        WriteHead(traf.Body, fragment);
        var firstRunAt = _writer.Position;
        CopyRunsAndGroups(traf.Body);
        if (_track.Group is { } group && fragment.SampleCount > 0)
        {
            group.WriteGroup(fragment.SampleCount, ref _writer);
        }

        WriteAuxiliary(fragment, moofMark);
        _writer.End(trafMark);
        _track.Group?.WritePssh(ref _writer);
        _writer.End(moofMark);
        PatchDataOffsets(fragment, firstRunAt, _writer.Position - moofMark);
        WriteData(fragment);
    }

    private void WriteHead(ReadOnlySpan<byte> traf, in Fragment fragment)
    {
        var reader = new BoxReader(traf);
        reader.TryFind(BoxType.Tfhd, out var tfhd);
        var fields = new FieldReader(tfhd.Body);
        const uint Kept = TrackFragment.SampleDescription | TrackFragment.DefaultDuration | TrackFragment.DefaultSize
            | TrackFragment.DefaultFlags;
        var flags = (fields.U32() & Kept) | TrackFragment.DefaultBaseIsMoof;
        var mark = _writer.Begin(BoxType.Tfhd, 0, flags);
        // track_ID and the kept optional fields, which have four bytes each.
        _writer.Bytes(fields.Take(4 + 4 * int.PopCount((int)(flags & Kept))));
        _writer.End(mark);
        var tfdt = _writer.Begin(BoxType.Tfdt, 1, 0);
        _writer.U64(fragment.DecodeTime + _offset);
        _writer.End(tfdt);
    }

    private void CopyRunsAndGroups(ReadOnlySpan<byte> traf)
    {
        var reader = new BoxReader(traf);
        while (reader.TryFind(BoxType.Trun, out var box))
        {
            var fields = new FieldReader(box.Body);
            var versionAndFlags = fields.U32();
            var mark = _writer.Begin(BoxType.Trun);
            _writer.U32(versionAndFlags | TrackRun.HasDataOffset);
            _writer.U32(fields.U32());
            _writer.U32(0);
            fields.Skip((versionAndFlags & TrackRun.HasDataOffset) != 0 ? 4 : 0);
            _writer.Bytes(fields.Rest);
            _writer.End(mark);
        }

        reader = new(traf);
        while (reader.TryRead(out var box))
        {
            // Groups of roll distances and the like still hold; groups of encryption parameters would override ours.
            if (box.Type is BoxType.Sgpd or BoxType.Sbgp && box.Body.Length >= 8
                && new FieldReader(box.Body[4..]).U32() != BoxType.Seig)
            {
                _writer.Bytes(box.Whole);
            }
        }
    }

    private void PatchDataOffsets(in Fragment fragment, int firstRunAt, int moofLength)
    {
        var at = firstRunAt;
        var offset = moofLength + 8; // behind the header of mdat
        foreach (var run in _map.Runs.Slice(fragment.FirstRun, fragment.RunCount))
        {
            _writer.PatchU32(at + 16, (uint)offset);
            offset += run.DataLength;
            at += (int)_writer.ReadU32(at);
        }
    }

    // ISO/IEC 23001-7 §7.2, ISO/IEC 14496-12 §8.7.8, §8.7.9
    private void WriteAuxiliary(in Fragment fragment, int moofMark)
    {
        var ivLength = _track.Scheme == ProtectionScheme.Cenc ? SampleIv.Length : 0;
        if ((_plan is null && ivLength == 0) || fragment.SampleCount == 0)
        {
            // §10.4: whole samples under a constant IV need no auxiliary information.
            return;
        }

        WriteSizes(fragment, ivLength);
        var saio = _writer.Begin(BoxType.Saio, 0, 0);
        _writer.U32(1);
        var offsetAt = _writer.Position;
        _writer.U32(0);
        _writer.End(saio);
        var senc = _writer.Begin(BoxType.Senc, 0, _plan is null ? 0u : 2);
        _writer.U32((uint)fragment.SampleCount);
        _writer.PatchU32(offsetAt, (uint)(_writer.Position - moofMark));
        for (var i = fragment.FirstSample; i < fragment.FirstSample + fragment.SampleCount; i++)
        {
            if (ivLength > 0)
            {
                _writer.U64(_iv + (ulong)(i - fragment.FirstSample));
            }

            if (_plan is not null)
            {
                var entries = Subsamples(i);
                _writer.U16((ushort)entries.Length);
                foreach (var entry in entries)
                {
                    _writer.U16(entry.Clear);
                    _writer.U32(entry.Protected);
                }
            }
        }

        _writer.End(senc);
    }

    private void WriteSizes(in Fragment fragment, int ivLength)
    {
        var saiz = _writer.Begin(BoxType.Saiz, 0, 0);
        var first = InfoLength(fragment.FirstSample, ivLength);
        var isUniform = true;
        for (var i = 1; i < fragment.SampleCount && isUniform; i++)
        {
            isUniform = InfoLength(fragment.FirstSample + i, ivLength) == first;
        }

        _writer.U8(isUniform ? first : (byte)0);
        _writer.U32((uint)fragment.SampleCount);
        for (var i = 0; i < fragment.SampleCount && !isUniform; i++)
        {
            _writer.U8(InfoLength(fragment.FirstSample + i, ivLength));
        }

        _writer.End(saiz);
    }

    private void WriteData(in Fragment fragment)
    {
        var mdat = _writer.Begin(BoxType.Mdat);
        var sample = fragment.FirstSample;
        foreach (var run in _map.Runs.Slice(fragment.FirstRun, fragment.RunCount))
        {
            var data = _source.Slice(run.DataOffset, run.DataLength);
            for (var end = sample + run.SampleCount; sample < end; sample++)
            {
                var length = _map.SampleSizes[sample];
                var subsamples = _plan is null ? default : Subsamples(sample);
                _track.Encrypt(data[..length], _writer.Reserve(length), subsamples, _iv++);
                data = data[length..];
            }
        }

        _writer.End(mdat);
    }

    private readonly byte InfoLength(int sample, int ivLength) =>
        (byte)(ivLength + (_plan is null ? 0 : 2 + Subsample.Length * Subsamples(sample).Length));

    private readonly ReadOnlySpan<Subsample> Subsamples(int sample)
    {
        var ends = _plan!.Ends;
        var start = sample == 0 ? 0 : ends[sample - 1];
        return _plan.Entries[start..ends[sample]];
    }
}
