using System.Buffers;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tests.Packaging;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Fuzz.Targets;

/// <summary>A publisher's stream, init segment and one segment: what is packaged reads as boxes again, and a refusal uses no IV.</summary>
internal static class BoxesTarget
{
    private static readonly PackagingTerms[] s_terms =
    [
        PackagingTerms.Cenc(new ContentKey(default, "sixteen byte key"u8)),
        PackagingTerms.Cbcs(new ContentKey(default, "sixteen byte key"u8), "constant vector."u8),
        PackagingTerms.Cbcs(new ContentKey(default, "sixteen byte key"u8), "constant vector."u8).InBand(),
    ];

    private static readonly byte[] s_goodInit = new SyntheticTrack(1, isVideo: true).Init;

    public static FuzzTarget Create() => new("boxes", [.. Streams()], Read);

    private static IEnumerable<byte[]> Streams()
    {
        for (var seed = 1; seed < 7; seed++)
        {
            var track = new SyntheticTrack(seed, isVideo: seed < 5, mostData: 60);
            yield return [.. track.Init, .. track.NextSegment(fragments: seed % 2 + 1)];
        }
    }

    private static void Read(ReadOnlySpan<byte> input)
    {
        _ = InitProbe.TryDescribe(input, out _, out _);
        var end = EndOfInit(input);
        var init = end > 0 ? input[..end] : s_goodInit;
        foreach (var terms in s_terms)
        {
            if (!TrackPackager.TryOpen(init, terms, out var packager, out var fault))
            {
                Promise(!string.IsNullOrEmpty(fault.Code), "a refusal without a code");
                return;
            }

            using (packager)
            {
                Check(packager, input[end..]);
            }
        }
    }

    private static void Check(TrackPackager packager, ReadOnlySpan<byte> segment)
    {
        ulong iv = 7;
        var output = new ArrayBufferWriter<byte>();
        var isInspected = packager.TryInspect(segment, out var info, out _);
        var isPackaged = packager.TryPackage(segment, 3, 1000, ref iv, output, out var fault);
        Promise(isPackaged != !string.IsNullOrEmpty(fault.Code), "a refusal without a code");
        Promise(isInspected || !isPackaged, "packaged what inspection refuses");
        Promise(isPackaged || (iv == 7 && output.WrittenCount == 0), "a refusal that left something");
        if (isPackaged)
        {
            var used = packager.Scheme == ProtectionScheme.Cenc ? (ulong)info.SampleCount : 0;
            Promise(iv == 7 + used, "an IV for each sample");
            Promise(packager.TryInspect(output.WrittenSpan, out var again, out _), "the delivered segment does not read");
            Promise(again.SampleCount == info.SampleCount && again.DecodeTime == info.DecodeTime + 1000, "other samples");
        }
    }

    // Cut as a long post is, in uneven pieces: the init segment ends with moov.
    private static int EndOfInit(ReadOnlySpan<byte> input)
    {
        using var scanner = new BoxScanner();
        var taken = 0;
        for (var at = 0; at < input.Length;)
        {
            var piece = Math.Min(1 + (at & 1023), input.Length - at);
            scanner.Append(input.Slice(at, piece));
            at += piece;
            while (scanner.TryTake(out var type, out var box, out _))
            {
                taken += box.Length;
                if (type == BoxType.Moov)
                {
                    return taken;
                }
            }
        }

        return 0;
    }

    private static void Promise(bool isKept, string what)
    {
        if (!isKept)
        {
            throw new FuzzException(what);
        }
    }
}
