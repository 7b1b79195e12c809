using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

public sealed class Publisher_runs
{
    private static readonly TrackName Video = Name("video");
    private static readonly TrackName Audio = Name("audio");
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Tracks_that_start_together_share_a_run()
    {
        var runs = new PublisherRuns();
        Assert.Equal(runs.RunOf(Video, Start), runs.RunOf(Audio, Start.AddSeconds(1)));
    }

    [Fact]
    public void A_second_init_of_one_track_begins_a_new_run_that_the_others_join()
    {
        var runs = new PublisherRuns();
        var first = runs.RunOf(Video, Start);
        runs.RunOf(Audio, Start);
        var second = runs.RunOf(Video, Start.AddSeconds(3));
        Assert.NotEqual(first, second);
        Assert.Equal(second, runs.RunOf(Audio, Start.AddSeconds(3.2)));
    }

    [Fact]
    public void A_track_that_missed_one_restart_does_not_join_it_at_the_next()
    {
        var runs = new PublisherRuns();
        runs.RunOf(Video, Start);
        runs.RunOf(Audio, Start);
        var missed = runs.RunOf(Video, Start.AddSeconds(30));
        var audio = runs.RunOf(Audio, Start.AddSeconds(60));
        Assert.NotEqual(missed, audio);
        Assert.Equal(audio, runs.RunOf(Video, Start.AddSeconds(60.5)));
    }

    private static TrackName Name(string text) => TrackName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
