using LiveLedger.Media.Boxes;
using LiveLedger.Media.Tests.Avc;

namespace LiveLedger.Media.Tests.Packaging;

/// <summary>A publisher's track built here byte by byte, in every form of moof that a source may choose.</summary>
internal sealed class SyntheticTrack
{
    private readonly Random _random;
    private readonly RandomStream? _avc;
    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly bool _everyRunHasOffset;
    private readonly int _mostData;
    private ulong _time;

    /// <param name="seed">Everything follows from it.</param>
    /// <param name="isVideo">AVC, or AAC.</param>
    /// <param name="everyRunHasOffset">For readers that take a later trun without an offset to begin at the moof.</param>
    /// <param name="mostData">Most bytes of slice data.</param>
    public SyntheticTrack(int seed, bool isVideo, bool everyRunHasOffset = false, int mostData = 3000)
    {
        _mostData = mostData;
        _everyRunHasOffset = everyRunHasOffset;
        _random = new(seed);
        _avc = isVideo ? new(seed) : null;
        Init = WriteInit();
    }

    public byte[] Init { get; }

    /// <summary>The samples of the segments made so far, in order.</summary>
    public List<byte[]> Samples { get; } = [];

    /// <summary>The next segment, of one or more fragments.</summary>
    public byte[] NextSegment(int fragments = 1, bool isLast = false)
    {
        var w = new BoxWriter(_buffer);
        var styp = w.Begin(BoxType.Styp);
        w.U32(BoxType.Msdh);
        w.U32(0);
        w.U32(isLast ? BoxType.Lmsg : BoxType.Msdh);
        w.End(styp);
        if (_random.Next(2) == 0)
        {
            WriteBeside(ref w);
        }

        for (var i = 0; i < fragments; i++)
        {
            WriteFragment(ref w, isFirst: i == 0);
        }

        return _buffer[..w.Position];
    }

    private void WriteFragment(ref BoxWriter w, bool isFirst)
    {
        var runs = Enumerable.Range(0, _random.Next(1, 3))
            .Select(run => Enumerable.Range(0, _random.Next(1, 12)).Select(i => NextSample(isFirst && run + i == 0)).ToArray())
            .ToArray();
        var moof = w.Begin(BoxType.Moof);
        var mfhd = w.Begin(BoxType.Mfhd, 0, 0);
        w.U32(1);
        w.End(mfhd);
        var traf = w.Begin(BoxType.Traf);
        var hasDefaultDuration = _random.Next(2) == 0;
        var tfhd = w.Begin(BoxType.Tfhd, 0, 0x20022u | (hasDefaultDuration ? 8u : 0));
        w.U32(7);
        w.U32(1);
        if (hasDefaultDuration)
        {
            w.U32(1024);
        }

        w.U32(0x01010000);
        w.End(tfhd);
        var isLong = _random.Next(2) == 0;
        var tfdt = w.Begin(BoxType.Tfdt, isLong ? (byte)1 : (byte)0, 0);
        if (isLong)
        {
            w.U64(_time);
        }
        else
        {
            w.U32((uint)_time);
        }

        w.End(tfdt);
        var offsets = runs.Select((run, i) => WriteRun(run, i == 0, hasDefaultDuration)).ToArray();
        var at = new List<int>();
        foreach (var run in offsets)
        {
            at.Add(run.OffsetAt < 0 ? -1 : w.Position + run.OffsetAt);
            w.Bytes(run.Bytes);
        }

        w.End(traf);
        w.End(moof);
        var data = w.Position - moof + 8;
        for (var i = 0; i < runs.Length; i++)
        {
            if (at[i] >= 0)
            {
                w.PatchU32(at[i], (uint)data);
            }

            data += runs[i].Sum(sample => sample.Length);
        }

        var mdat = w.Begin(BoxType.Mdat);
        foreach (var sample in runs.SelectMany(run => run))
        {
            w.Bytes(sample);
            Samples.Add(sample);
            _time += 1024;
        }

        w.End(mdat);
    }

    private (byte[] Bytes, int OffsetAt) WriteRun(byte[][] samples, bool isFirst, bool hasDefaultDuration)
    {
        // Only a later run may leave its offset out; composition offsets in both versions.
        var hasOffset = isFirst || _everyRunHasOffset || _random.Next(2) == 0;
        var flags = (hasOffset ? 1u : 0) | 0x200u | (hasDefaultDuration ? 0 : 0x100u)
            | (_random.Next(2) == 0 ? 0x400u : isFirst ? 4u : 0) | (_random.Next(2) == 0 ? 0x800u : 0);
        var buffer = new byte[64 + samples.Length * 16];
        var w = new BoxWriter(buffer);
        var trun = w.Begin(BoxType.Trun, 1, flags);
        w.U32((uint)samples.Length);
        var offsetAt = hasOffset ? w.Position : -1;
        if (hasOffset)
        {
            w.U32(0);
        }

        if ((flags & 4) != 0)
        {
            w.U32(0x02000000);
        }

        for (var i = 0; i < samples.Length; i++)
        {
            if (!hasDefaultDuration)
            {
                w.U32(1024);
            }

            w.U32((uint)samples[i].Length);
            if ((flags & 0x400) != 0)
            {
                w.U32(isFirst && i == 0 ? 0x02000000u : 0x01010000u);
            }

            if ((flags & 0x800) != 0)
            {
                w.U32(unchecked((uint)-512));
            }
        }

        w.End(trun);
        return (buffer[..w.Position], offsetAt);
    }

    // What may stand beside a fragment: kept (prft, emsg) and dropped (free, uuid).
    private static void WriteBeside(ref BoxWriter w)
    {
        var prft = w.Begin(BoxType.Prft, 0, 0);
        w.U32(7);
        w.U64(1);
        w.U32(500);
        w.End(prft);
        var emsg = w.Begin(BoxType.Emsg, 1, 0);
        w.U32(1000);
        w.U64(5000);
        w.U32(1);
        w.U32(1);
        w.Bytes("urn:x\0\0"u8);
        w.End(emsg);
        var free = w.Begin(0x66726565);
        w.Bytes("nothing"u8);
        w.End(free);
        var uuid = w.Begin(BoxType.Uuid);
        w.Bytes(new byte[20]);
        w.End(uuid);
    }

    private byte[] NextSample(bool isIdr)
    {
        if (_avc is null)
        {
            var frame = new byte[_random.Next(1, Math.Min(700, 4 * _mostData))];
            _random.NextBytes(frame);
            return frame;
        }

        var sample = new List<byte>();
        Add(sample, [0x09, 0xf0]);
        if (_random.Next(6) == 0)
        {
            // A long SEI: more clear bytes than one subsample can count, now and then.
            Add(sample, Message(_random.Next(10) == 0 ? 24 * _mostData : 40));
        }

        if (_random.Next(4) == 0)
        {
            Add(sample, _avc.Sequence);
            Add(sample, _avc.Picture);
        }

        for (var slices = _random.Next(1, 5); slices > 0; slices--)
        {
            Add(sample, _avc.NextSlice(isIdr, out _, mostData: _mostData));
        }

        return [.. sample];
    }

    // SEI with user_data_unregistered (ITU-T H.264 §7.3.2.3.1, annex D).
    private static byte[] Message(int length) =>
    [
        0x06, 5, .. Enumerable.Repeat((byte)0xff, length / 255), (byte)(length % 255), .. Enumerable.Repeat((byte)'U', length), 0x80,
    ];

    private static void Add(List<byte> sample, byte[] nal)
    {
        sample.AddRange([(byte)(nal.Length >> 24), (byte)(nal.Length >> 16), (byte)(nal.Length >> 8), (byte)nal.Length]);
        sample.AddRange(nal);
    }

    private byte[] WriteInit()
    {
        var w = new BoxWriter(_buffer);
        var ftyp = w.Begin(BoxType.Ftyp);
        w.Bytes("iso6\0\0\0\0cmfc"u8);
        w.End(ftyp);
        var moov = w.Begin(BoxType.Moov);
        var trak = w.Begin(BoxType.Trak);
        var tkhd = w.Begin(BoxType.Tkhd, 0, 3);
        w.U64(0);
        w.U32(7);
        w.Bytes(new byte[68]);
        w.End(tkhd);
        var mdia = w.Begin(BoxType.Mdia);
        var mdhd = w.Begin(BoxType.Mdhd, 0, 0);
        w.U64(0);
        w.U32(48000);
        w.U32(0);
        w.U16(0x15c7); // "eng"
        w.U16(0);
        w.End(mdhd);
        var hdlr = w.Begin(BoxType.Hdlr, 0, 0);
        w.U32(0);
        w.U32(_avc is null ? BoxType.Soun : BoxType.Vide);
        w.Bytes(new byte[13]);
        w.End(hdlr);
        var minf = w.Begin(BoxType.Minf);
        var stbl = w.Begin(BoxType.Stbl);
        var stsd = w.Begin(BoxType.Stsd, 0, 0);
        w.U32(1);
        WriteEntry(ref w);
        w.End(stsd);
        w.End(stbl);
        w.End(minf);
        w.End(mdia);
        w.End(trak);
        var mvex = w.Begin(BoxType.Mvex);
        var trex = w.Begin(BoxType.Trex, 0, 0);
        w.U32(7);
        w.U32(1);
        w.U32(0);
        w.U32(0);
        w.U32(0);
        w.End(trex);
        w.End(mvex);
        var pssh = w.Begin(BoxType.Pssh, 0, 0);
        w.Bytes(new byte[20]);
        w.End(pssh);
        w.End(moov);
        return _buffer[..w.Position];
    }

    private void WriteEntry(ref BoxWriter w)
    {
        var entry = w.Begin(_avc is null ? BoxType.Mp4a : BoxType.Avc1);
        w.Bytes([0, 0, 0, 0, 0, 0, 0, 1]);
        if (_avc is null)
        {
            w.Bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0, 0, 0, 0, 0xbb, 0x80, 0, 0]);
            var esds = w.Begin(BoxType.Esds, 0, 0);
            w.Bytes(Convert.FromHexString("0380808025000100048080801740150000000001f4000001f4000580808005119056e500068080800102"));
            w.End(esds);
        }
        else
        {
            w.Bytes(new byte[16]);
            w.U16(640);
            w.U16(360);
            w.Bytes(new byte[50]);
            var avcC = w.Begin(BoxType.AvcC);
            w.Bytes([1, _avc.Sequence[1], _avc.Sequence[2], _avc.Sequence[3], 0xff, 0xe1]);
            w.U16((ushort)_avc.Sequence.Length);
            w.Bytes(_avc.Sequence);
            w.U8(1);
            w.U16((ushort)_avc.Picture.Length);
            w.Bytes(_avc.Picture);
            w.End(avcC);
        }

        w.End(entry);
    }
}
