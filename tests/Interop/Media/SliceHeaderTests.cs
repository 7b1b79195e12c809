using System.Buffers.Binary;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tests.Packaging;

namespace LiveLedger.Interop.Media;

/// <summary>Decoded frames cannot show a slice header measured too long or too short, so lengths are compared one by one.</summary>
public sealed class SliceHeaderTests
{
    public static TheoryData<string, string[]> Streams => new()
    {
        { "cabac", ["-bf", "2"] },
        { "cavlc", ["-x264-params", "cabac=0", "-bf", "2"] },
        { "baseline", ["-profile:v", "baseline"] },
        { "slices", ["-slices", "4", "-bf", "2"] },
        { "slices-cavlc", ["-slices", "4", "-x264-params", "cabac=0"] },
        { "fades-weightp-2", ["-vf", "fade=in:0:24,fade=out:30:24", "-weightp", "2", "-bf", "0", "-refs", "8"] },
        { "weighted-b", ["-vf", "fade=in:0:48", "-x264-params", "weightb=1:bframes=3:b-pyramid=normal:ref=6", "-weightp", "2"] },
        { "mbaff", ["-flags", "+ildct+ilme", "-x264-params", "interlaced=1:tff=1:bframes=2"] },
        { "mbaff-cavlc-weighted", ["-vf", "fade=in:0:48", "-x264-params", "interlaced=1:cabac=0:ref=6", "-weightp", "1"] },
        { "fake-interlaced", ["-x264-params", "fake-interlaced=1:bframes=2"] },
        { "many-references", ["-preset", "veryslow", "-refs", "16", "-bf", "8", "-x264-params", "b-pyramid=normal:open-gop=1"] },
        { "high-4:4:4", ["-pix_fmt", "yuv444p", "-weightp", "2", "-vf", "fade=in:0:48"] },
        { "high-10", ["-pix_fmt", "yuv420p10le", "-bf", "2"] },
        { "monochrome", ["-pix_fmt", "gray", "-weightp", "2", "-vf", "fade=in:0:48"] },
        { "many-small-slices", ["-slice-max-size", "300", "-x264-params", "slice-max-size=300"] },
        { "no-deblocking", ["-x264-params", "no-deblock=1"] },
        { "custom-matrices", ["-x264-params", "cqm=jvt", "-bf", "2"] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Clear_bytes_of_every_slice_are_those_of_trace_headers(string name, string[] settings)
    {
        var isSmall = name == "many-small-slices";
        var (file, _) = Ffmpeg.Run([
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=s={(isSmall ? "160x96" : "426x240")}:r=24", "-t", "3",
            "-pix_fmt", "yuv420p", "-c:v", "libx264", "-b:v", "400k", "-g", "24", .. settings,
            "-movflags", "+cmaf+empty_moov+default_base_moof+frag_keyframe", "-f", "mp4", "pipe:1",
        ]);
        var (init, segment) = Split(file);
        var traced = HeaderTrace.SliceHeaderBits([init, segment]);
        Assert.True(Compare(new SourceTrack(init, [segment]), traced) >= 60);
    }

    [Fact]
    public void Invented_streams_of_field_pictures_slice_groups_and_the_rest_are_measured_alike()
    {
        var compared = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var track = new SyntheticTrack(seed, isVideo: true, everyRunHasOffset: true);
            var source = new SourceTrack(track.Init, [track.NextSegment(2)]);
            compared += Compare(source, HeaderTrace.SliceHeaderBits([source.Init, source.Segments[0]]));
        }

        Assert.True(compared > 1000, $"{compared} slices compared");
    }

    private static int Compare(SourceTrack source, List<int> traced)
    {
        foreach (var scheme in (ProtectionScheme[])[ProtectionScheme.Cbcs, ProtectionScheme.Cenc])
        {
            var packaged = PackagedTrack.Of(source, scheme);
            var next = 0;
            var ivLength = scheme == ProtectionScheme.Cenc ? 8 : 0;
            for (var i = 0; i < source.Segments.Count; i++)
            {
                var delivered = SencEntries(packaged.Segments[i].Span, ivLength);
                var samples = Samples(packaged.Segments[i].Span);
                Assert.Equal(samples.Count, delivered.Count);
                for (var j = 0; j < samples.Count; j++)
                {
                    // NAL length fields, NAL headers and slice headers are clear: the delivered bytes can be walked.
                    Assert.Equal(Expected(samples[j], traced, ref next, scheme), delivered[j]);
                }
            }

            Assert.Equal(traced.Count, next);
        }

        return traced.Count;
    }

    // What the standard wants of a sample, given how long its slice headers are.
    private static List<(int Clear, int Protected)> Expected(
        byte[] sample, List<int> traced, ref int next, ProtectionScheme scheme)
    {
        var entries = new List<(int Clear, int Protected)>();
        var clear = 0;
        for (var at = 0; at < sample.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(sample.AsSpan(at));
            var nal = sample.AsSpan(at + 4, length);
            at += 4 + length;
            var isSlice = (nal[0] & 0x1f) is 1 or 5;
            var header = isSlice ? BytesHolding((traced[next++] + 7) / 8, nal) : length;
            var body = length - header;
            var odd = scheme == ProtectionScheme.Cenc ? body % 16 : 0;
            clear += 4 + header + odd;
            if (body - odd > 0)
            {
                for (; clear > 65535; clear -= 65535)
                {
                    entries.Add((65535, 0));
                }

                entries.Add((clear, body - odd));
                clear = 0;
            }
        }

        for (; clear > 65535; clear -= 65535)
        {
            entries.Add((65535, 0));
        }

        if (clear > 0)
        {
            entries.Add((clear, 0));
        }

        return entries;
    }

    // Bytes of a NAL unit that hold the first `payload` bytes of its RBSP.
    private static int BytesHolding(int payload, ReadOnlySpan<byte> nal)
    {
        var at = 0;
        for (var zeros = 0; payload > 0; at++)
        {
            if (zeros >= 2 && nal[at] == 3)
            {
                zeros = 0;
                continue;
            }

            zeros = nal[at] == 0 ? zeros + 1 : 0;
            payload--;
        }

        return at;
    }

    private static (byte[] Init, byte[] Segment) Split(byte[] file)
    {
        var reader = new BoxReader(file);
        Assert.True(reader.TryFind(BoxType.Moof, out var moof));
        return (file[..moof.Offset], file[moof.Offset..]);
    }

    private static List<List<(int Clear, int Protected)>> SencEntries(ReadOnlySpan<byte> segment, int ivLength)
    {
        var samples = new List<List<(int Clear, int Protected)>>();
        var top = new BoxReader(segment);
        while (top.TryFind(BoxType.Moof, out var moof))
        {
            var senc = Find(Find(moof.Body, BoxType.Traf), BoxType.Senc);
            var count = BinaryPrimitives.ReadInt32BigEndian(senc[4..]);
            senc = senc[8..];
            for (; count > 0; count--)
            {
                senc = senc[ivLength..];
                int entries = BinaryPrimitives.ReadUInt16BigEndian(senc);
                var sample = new List<(int Clear, int Protected)>();
                for (var i = 0; i < entries; i++)
                {
                    var entry = senc.Slice(2 + 6 * i, 6);
                    sample.Add((BinaryPrimitives.ReadUInt16BigEndian(entry), BinaryPrimitives.ReadInt32BigEndian(entry[2..])));
                }

                samples.Add(sample);
                senc = senc[(2 + 6 * entries)..];
            }
        }

        return samples;
    }

    private static List<byte[]> Samples(ReadOnlySpan<byte> segment)
    {
        var samples = new List<byte[]>();
        var top = new BoxReader(segment);
        while (top.TryFind(BoxType.Moof, out var moof))
        {
            var traf = new BoxReader(Find(moof.Body, BoxType.Traf));
            Assert.True(top.TryFind(BoxType.Mdat, out var mdat));
            var data = mdat.Body;
            var head = Find(Find(moof.Body, BoxType.Traf), BoxType.Tfhd);
            while (traf.TryFind(BoxType.Trun, out var trun))
            {
                var sizes = new List<int>();
                var defaults = new LiveLedger.Media.Tracks.SampleDefaults(0, DefaultSize(head), 0);
                Assert.True(TrackRun.TryRead(trun.Body, defaults, int.MaxValue, sizes, out _, out _));
                foreach (var size in sizes)
                {
                    samples.Add(data[..size].ToArray());
                    data = data[size..];
                }
            }
        }

        return samples;
    }

    private static uint DefaultSize(ReadOnlySpan<byte> tfhd)
    {
        var flags = BinaryPrimitives.ReadUInt32BigEndian(tfhd);
        var at = 8 + ((flags & 2) != 0 ? 4 : 0) + ((flags & 8) != 0 ? 4 : 0);
        return (flags & 0x10) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(tfhd[at..]) : 0;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> parent, uint type)
    {
        var reader = new BoxReader(parent);
        Assert.True(reader.TryFind(type, out var box));
        return box.Body;
    }
}
