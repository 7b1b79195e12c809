using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using LiveLedger.Media;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Links;

/// <summary>
/// Fetches the newest segments of the tracks that are played near here, as soon as they exist, so that peers hear of them before they need them. Manifests say which tracks there are and where they
/// stand: unsigned hints, of which nothing is believed or passed on.
/// </summary>
internal sealed partial class EdgeFollower(RelaySwarm swarm, ServerApi server, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenHints = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<TrackName, Place> _places = new();
    private long? _hinted;

    /// <summary>Follows for as long as it is not stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (swarm.Interest.HasUnknown && (_hinted is not { } at || time.GetElapsedTime(at) > BetweenHints))
            {
                _hinted = time.GetTimestamp();
                swarm.Interest.HasUnknown = false;
                await LearnTracksAsync(stopping);
            }

            await Task.WhenAll(swarm.Interest.Tracks.ToArray().Select(track => StepAsync(track, stopping)));
            await Task.Delay(Pace, time, stopping);
        }
    }

    private async Task StepAsync(TrackName track, CancellationToken stopping)
    {
        if (!_places.TryGetValue(track, out var place))
        {
            if (await EdgeAsync(track, stopping) is not { } edge)
            {
                return;
            }

            _places[track] = place = new(edge);
        }

        if (place.LookedAt is { } looked && time.GetElapsedTime(looked) < place.Pause)
        {
            return;
        }

        // Somebody has been further than we: nobody played the track for a while, or upstream was away.
        if (swarm.Broadcast.Book.NewestOf(track) is { } newest && newest > place.Next + 2)
        {
            place.Next = newest;
        }

        var found = await swarm.Broadcast.GetAsync(ObjectName.Segment(swarm.Broadcast.Id, track, place.Next), stopping);
        place.LookedAt = time.GetTimestamp();
        if (found.Object is not null)
        {
            place.Next++;
            place.Pause = TimeSpan.Zero;
        }
        else
        {
            // The next will come within a segment's time of the last; one that does not come at all is asked for less and less.
            place.Pause = place.Pause < ShortestPause ? ShortestPause : place.Pause * 1.3 < LongestPause ? place.Pause * 1.3 : LongestPause;
        }
    }

    private async Task LearnTracksAsync(CancellationToken stopping)
    {
        if (await server.TryGetTextAsync($"live/{swarm.Broadcast.Id}/master.m3u8", stopping) is { } master)
        {
            foreach (Match match in TrackList().Matches(master))
            {
                if (TrackName.TryParse(match.Groups[1].Value, out var track))
                {
                    swarm.Broadcast.Book.Note(track);
                }
            }
        }
    }

    private async Task<uint?> EdgeAsync(TrackName track, CancellationToken stopping) =>
        await server.TryGetTextAsync($"live/{swarm.Broadcast.Id}/{track}/media.m3u8", stopping) is { } list && LastSegment().Match(list) is { Success: true } last
            && uint.TryParse(last.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : swarm.Broadcast.Book.NewestOf(track);

    [GeneratedRegex(@"(?<=^|[""/\n])([A-Za-z0-9][A-Za-z0-9_-]{0,31})/media\.m3u8", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TrackList();

    [GeneratedRegex(@"^([0-9]{1,10})\.m4s\r?$", RegexOptions.RightToLeft | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LastSegment();

    private sealed class Place(uint next)
    {
        public uint Next { get; set; } = next;

        public TimeSpan Pause { get; set; }

        public long? LookedAt { get; set; }
    }
}
