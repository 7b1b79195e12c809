using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tests.Records;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Tests.Manifests;

/// <summary>Tracks of a broadcast that began at noon, restarted at 100 s as epoch 1, and has 2 s video and uneven audio segments.</summary>
internal static class Tracks
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    public static readonly KeyId HdKey = new(new Guid("00112233-4455-6677-8899-aabbccddeeff"));
    public static readonly KeyId SdKey = new(new Guid("10112233-4455-6677-8899-aabbccddeeff"));
    public static readonly KeyId AudioKey = new(new Guid("20112233-4455-6677-8899-aabbccddeeff"));

    public static readonly BroadcastTimeline Live = new()
    {
        AvailabilityStart = Noon,
        Ended = false,
        Window = TimeSpan.FromSeconds(60),
        Epochs = [new(0, 0, 0), new(1, 100, 0)],
    };

    public static readonly BroadcastTimeline Over = Live with { Ended = true };

    public static ManifestTrack Hd(params IEnumerable<ManifestSegment> segments) => new()
    {
        Name = Sample.Name("v720"),
        Description = new VideoDescription { Codec = "avc1.64001f", Timescale = 12_800, Width = 1280, Height = 720 },
        Inits = InitsOf(HdKey, 12_800, segments),
        Scheme = ProtectionScheme.Cbcs,
        Bandwidth = 2_500_000,
        AverageBandwidth = 2_000_000,
        FrameRate = new(30_000, 1001),
        Segments = [.. segments],
    };

    public static ManifestTrack Sd(params IEnumerable<ManifestSegment> segments) => Hd(segments) with
    {
        Name = Sample.Name("v240"),
        Description = new VideoDescription { Codec = "avc1.42c015", Timescale = 12_800, Width = 426, Height = 240 },
        Inits = InitsOf(SdKey, 12_800, segments),
        Bandwidth = 500_000,
        AverageBandwidth = 400_000,
    };

    public static ManifestTrack Audio(params IEnumerable<ManifestSegment> segments) => new()
    {
        Name = Sample.Name("a"),
        Description = new AudioDescription { Codec = "mp4a.40.2", Timescale = 48_000, SampleRate = 48_000, Channels = 2, Language = "en" },
        Inits = InitsOf(AudioKey, 48_000, segments),
        Scheme = ProtectionScheme.Cbcs,
        Bandwidth = 130_000,
        AverageBandwidth = 128_000,
        Segments = [.. segments],
    };

    /// <summary>Segments of equal length from <paramref name="time"/> seconds on.</summary>
    public static IEnumerable<ManifestSegment> Run(uint epoch, uint sequence, uint count, double time, uint timescale, uint duration)
    {
        for (var i = 0u; i < count; i++)
        {
            var ticks = (ulong)(time * timescale) + (ulong)i * duration;
            yield return new(epoch, 0, sequence + i, ticks, duration, Noon.AddSeconds((double)ticks / timescale));
        }
    }

    /// <summary>The same segments under keys of so many seconds.</summary>
    public static IEnumerable<ManifestSegment> Keyed(int seconds, uint timescale, IEnumerable<ManifestSegment> segments)
    {
        Assert.True(KeyPeriodLength.TryOf(seconds, out var length));
        return segments.Select(s => s with { CryptoPeriod = length.PeriodOf(s.DecodeTime, timescale) });
    }

    /// <summary>A class's key id in a period.</summary>
    public static KeyId KeyIn(KeyId first, ulong period)
    {
        Span<byte> id = stackalloc byte[KeyId.Length];
        first.CopyTo(id);
        id[^1] ^= (byte)period;
        return KeyId.Read(id);
    }

    private static ManifestInit[] InitsOf(KeyId key, uint timescale, IEnumerable<ManifestSegment> segments) =>
        [.. segments.GroupBy(static s => (s.Epoch, s.CryptoPeriod)).Select(g => new ManifestInit(g.Key.Epoch, g.Key.CryptoPeriod, g.Key.CryptoPeriod, KeyIn(key, g.Key.CryptoPeriod), g.First().DecodeTime / (double)timescale))];

    /// <summary>Video of 2 s segments.</summary>
    public static IEnumerable<ManifestSegment> Video(uint epoch, uint sequence, uint count, double time) => Run(epoch, sequence, count, time, 12_800, 25_600);

    /// <summary>The 91, 94, 94, 93 … frames an AAC encoder makes of a 2 s video segment.</summary>
    public static IEnumerable<ManifestSegment> Uneven(uint epoch, uint sequence, params uint[] frames)
    {
        var ticks = 0UL;
        foreach (var count in frames)
        {
            yield return new(epoch, 0, sequence++, ticks, count * 1024, Noon.AddSeconds(ticks / 48_000.0));
            ticks += count * 1024;
        }
    }
}
