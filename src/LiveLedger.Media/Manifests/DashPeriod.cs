using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>One Period of an MPD: an epoch under one set of keys. Its start is the same for all tracks, and in every refresh of the manifest.</summary>
/// <param name="Epoch">The publisher's run.</param>
/// <param name="CryptoPeriod">The key period; null for all of the epoch's, where fragments name their keys.</param>
/// <param name="StartSeconds">Where it begins on the delivered timeline.</param>
internal readonly record struct DashPeriod(uint Epoch, ulong? CryptoPeriod, decimal StartSeconds)
{
    /// <summary>Segments of a new Period that some track must have before tracks without any are taken for gone.</summary>
    private const int PatienceSegments = 3;

    /// <summary>The Periods of a window, in order.</summary>
    public static List<DashPeriod> Of(IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline)
    {
        var periods = tracks.SelectMany(static t => t.Segments).Select(s => (s.Epoch, CryptoPeriod: timeline.KeysInBand ? null : (ulong?)s.CryptoPeriod)).Distinct().Order()
            .Select(p => new DashPeriod(p.Epoch, p.CryptoPeriod, StartOf(p.Epoch, p.CryptoPeriod, tracks, timeline))).ToList();
        if (!timeline.Ended && periods is [.., var before, var newest] && before.Epoch == newest.Epoch && IsIncomplete(newest, before, tracks))
        {
            // Tracks change keys together and their segments arrive one after the other. A Period that shows sound a moment before the picture
            // would be taken for one that has no picture.
            periods.RemoveAt(periods.Count - 1);
        }

        return periods;
    }

    /// <summary>The Period's name in the manifest.</summary>
    public string Name => CryptoPeriod is null or 0
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"e{Epoch}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"e{Epoch}k{CryptoPeriod}");

    /// <summary>The segments of a track that lie in it.</summary>
    public IEnumerable<ManifestSegment> SegmentsOf(ManifestTrack track)
    {
        var (epoch, period) = (Epoch, CryptoPeriod);
        return track.Segments.Where(s => s.Epoch == epoch && (period is null || s.CryptoPeriod == period));
    }

    /// <summary>The init segment of a track that has segments here.</summary>
    public ManifestInit InitOf(ManifestTrack track)
    {
        var epoch = Epoch;
        return CryptoPeriod is { } period ? track.InitOf(epoch, period) : track.Inits.First(i => i.Epoch == epoch);
    }

    private static bool IsIncomplete(DashPeriod newest, DashPeriod before, IReadOnlyList<ManifestTrack> tracks) =>
        tracks.Any(t => before.SegmentsOf(t).Any() && !newest.SegmentsOf(t).Any())
        && tracks.All(t => newest.SegmentsOf(t).Count() < PatienceSegments);

    // An epoch begins on a whole second, which is exact in every timescale. A key period within it begins where its pictures do: a start between
    // two tracks' segments would have players cut one of them off, and the picture is missed more than a few milliseconds of sound.
    private static decimal StartOf(uint epoch, ulong? inPeriod, IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline)
    {
        var start = timeline.Epochs.Single(e => e.Epoch == epoch);
        return inPeriod is not { } period || period == start.FirstPeriod
            ? start.OffsetSeconds
            : decimal.Round((decimal)tracks
                .Where(t => t.Inits.Any(i => i.Epoch == epoch && i.CryptoPeriod == period))
                .OrderByDescending(static t => t.Description is VideoDescription).ThenBy(static t => t.Name)
                .First().InitOf(epoch, period).StartSeconds, 3);
    }
}
