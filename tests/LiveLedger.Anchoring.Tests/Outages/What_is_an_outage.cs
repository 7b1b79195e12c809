using System.Text;
using LiveLedger.Anchoring.Outages;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Tests.Outages;

public sealed class What_is_an_outage
{
    private static readonly DateTimeOffset s_starts = new(2026, 11, 23, 20, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_ends = s_starts.AddHours(2);
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(15);
    private static readonly SaleTerms s_terms = new("0x", "0x", "0x", "1", 1, 1, 2, 3, 4, 5, 6, 0, 0, false);

    [Theory]
    // Known up to, served last (seconds after the start; null for never), over (it has ended, or its time is past); the outage, and what is known then.
    [InlineData(0, null, false, null, null, 0)]
    [InlineData(0, 10, false, null, null, 10)]
    [InlineData(0, 15, false, null, null, 15)]
    [InlineData(0, 16, false, 0, 16, 16)]
    [InlineData(100, 130, false, 100, 130, 130)]
    [InlineData(100, 100, false, null, null, 100)]
    [InlineData(-50, 16, false, 0, 16, 16)]
    [InlineData(-50, -20, false, null, null, -50)]
    [InlineData(7190, 7195, false, null, null, 7195)]
    [InlineData(7000, 9000, false, 7000, 7200, 7200)]
    [InlineData(7200, 9000, false, null, null, 7200)]
    [InlineData(3600, 3600, true, 3600, 7200, 7200)]
    [InlineData(7190, 7190, true, null, null, 7200)]
    [InlineData(7200, 7300, true, null, null, 7200)]
    [InlineData(0, null, true, 0, 7200, 7200)]
    public void It_is_what_lies_between_two_segments_or_behind_the_last_within_the_schedule(int known, int? served, bool over, int? from, int? until, int knownThen)
    {
        var (outage, then) = OutageRule.Decide(At(known)!.Value, new(new(s_starts, s_ends), At(served), over), s_after);
        Assert.Equal(from is null ? null : new Outage(At(from)!.Value, At(until)!.Value), outage);
        Assert.Equal(At(knownThen), then);
    }

    [Fact]
    public void Two_of_them_are_found_one_after_the_other_where_it_ended_behind_a_late_segment()
    {
        var now = new Publishing(new(s_starts, s_ends), At(600), IsOver: true);
        var (first, known) = OutageRule.Decide(At(500)!.Value, now, s_after);
        var (second, then) = OutageRule.Decide(known, now, s_after);
        Assert.Equal((new Outage(At(500)!.Value, At(600)!.Value), new Outage(At(600)!.Value, s_ends)), (first, second));
        Assert.Equal((null, s_ends), OutageRule.Decide(then, now, s_after));
    }

    [Fact]
    public void Its_payload_is_laid_out_as_the_contract_reads_it()
    {
        Assert.True(BroadcastId.TryParse("0199a8b3c4d5e6f700112233445566aa", out var broadcast));
        var outage = new Outage(DateTimeOffset.FromUnixTimeMilliseconds(1_763_900_000_123), DateTimeOffset.FromUnixTimeMilliseconds(1_763_900_060_456));
        var payload = OutageEvents.Payload(broadcast, outage);
        Assert.Equal("""{"broadcast":"0199a8b3c4d5e6f700112233445566aa","from":"0000019ab0a2077b","until":"0000019ab0a2f328"}""", Encoding.UTF8.GetString(payload));
        Assert.Equal(outage, OutageEvents.Read(payload));
        Assert.Throws<InvalidDataException>(() => OutageEvents.Read("{}"u8));
        Assert.Throws<InvalidDataException>(() => OutageEvents.Read(payload.AsSpan(0, payload.Length - 4)));
    }

    [Fact]
    public void What_is_due_is_cut_where_a_sale_begins_or_ends_and_nothing_is_due_between_them()
    {
        Assert.Equal([Due(0, 100)], Times((0, 100)));
        Assert.Equal([Due(0, 100)], Times((0, 100), (0, 100)));
        Assert.Equal([Due(0, 60), Due(60, 100), Due(100, 160)], Times((0, 100), (60, 160)));
        Assert.Equal([Due(0, 60), Due(100, 160)], Times((100, 160), (0, 60)));
        Assert.Equal([Due(0, 40), Due(40, 60), Due(60, 100)], Times((0, 100), (40, 60)));
        Assert.Empty(Times());
    }

    [Fact]
    public void However_many_sales_there_are_it_is_cut_a_few_times_and_all_of_it_is_due()
    {
        var times = Times([.. Enumerable.Range(0, 1000).Select(static n => ((ulong)n, 2000 + (ulong)n))]);
        Assert.InRange(times.Count, ScheduledTime.MostCut, 2 * ScheduledTime.MostCut + 1);
        Assert.Equal((Due(0, 1).Starts, Due(0, 2999).Ends), (times[0].Starts, times[^1].Ends));
        Assert.All(times.Zip(times.Skip(1)), static pair => Assert.Equal(pair.First.Ends, pair.Second.Starts));
    }

    private static IReadOnlyList<ScheduledTime> Times(params (ulong Starts, ulong Ends)[] sales) =>
        ScheduledTime.Of(sales.Select(static s => s_terms with { Starts = (ulong)s_starts.ToUnixTimeSeconds() + s.Starts, Ends = (ulong)s_starts.ToUnixTimeSeconds() + s.Ends }));

    private static ScheduledTime Due(int starts, int ends) => new(s_starts.AddSeconds(starts), s_starts.AddSeconds(ends));

    private static DateTimeOffset? At(int? seconds) => seconds is { } s ? s_starts.AddSeconds(s) : null;
}
