using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

/// <summary>Followers of one process read the log together.</summary>
public sealed class FollowedReadsTests
{
    [Fact]
    public async Task Followers_who_ask_together_are_read_for_together_and_each_hears_its_own_from_where_it_is()
    {
        var (reads, began, first) = (new List<string>(), new TaskCompletionSource(), new TaskCompletionSource());
        var log = Enumerable.Range(0, 10).Select(static n => Event(n, n % 2 == 0 ? "even/x" : "odd/x")).ToArray();
        var followed = new FollowedReads(async (streams, from) =>
        {
            lock (reads)
            {
                reads.Add($"{string.Join('+', streams)} {from}");
            }

            began.TrySetResult();
            await first.Task;
            return ([.. log.Where(e => e.Index.Value >= (ulong)from && streams.Any(s => e.Event.Stream.Value.StartsWith(s, StringComparison.Ordinal)))], log.Length);
        }, 100);

        var alone = followed.ReadAsync("even/", 0, CancellationToken.None);
        await began.Task;
        var together = new[] { followed.ReadAsync("odd/", 2, CancellationToken.None), followed.ReadAsync("even/", 5, CancellationToken.None), followed.ReadAsync("odd/", 10, CancellationToken.None) };
        first.SetResult();

        Assert.Equal([0UL, 2, 4, 6, 8], Indexes(await alone));
        Assert.Equal([3UL, 5, 7, 9], Indexes(await together[0]));
        Assert.Equal([6UL, 8], Indexes(await together[1]));
        Assert.Empty(Indexes(await together[2]));
        Assert.All(await Task.WhenAll(together), static answer => Assert.Equal(10, answer.End));
        Assert.Equal(["even/ 0", "odd/+even/ 2"], reads);
    }

    [Fact]
    public async Task One_that_is_far_behind_does_not_hold_the_others_back()
    {
        // Pages of ten: whoever is further ahead than that is not answered with the end of somebody else's page.
        var followed = new FollowedReads(static (_, from) => Task.FromResult((new List<LoggedEvent>(), Math.Min(from + 10, 1000))), 5);
        var answers = await Task.WhenAll(new long[] { 0, 3, 500, 1000 }.Select(from => followed.ReadAsync("a/", from, CancellationToken.None)));
        Assert.All(answers.Zip([0, 3, 500]), static pair => Assert.True(pair.First.End > pair.Second));
        Assert.Equal(1000, answers[3].End);
    }

    [Fact]
    public async Task A_read_that_fails_is_told_to_all_in_it_and_the_next_one_is_made()
    {
        var away = true;
        var followed = new FollowedReads((_, from) => away ? throw new InvalidOperationException("away") : Task.FromResult((new List<LoggedEvent>(), from)), 5);
        await Assert.ThrowsAsync<InvalidOperationException>(() => followed.ReadAsync("a/", 0, CancellationToken.None));
        away = false;
        Assert.Equal(7, (await followed.ReadAsync("a/", 7, CancellationToken.None)).End);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_stops_those_who_follow_its_streams_and_nobody_else()
    {
        var (began, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        var followed = new FollowedReads(async (streams, from) =>
        {
            began.TrySetResult();
            await first.Task;
            return streams.Contains("bad/") ? throw new InvalidDataException("not an event") : ([], from + 1);
        }, 5);
        var alone = followed.ReadAsync("good/", 0, CancellationToken.None);
        await began.Task;
        var (bad, good) = (followed.ReadAsync("bad/", 1, CancellationToken.None), followed.ReadAsync("good/", 1, CancellationToken.None));
        first.SetResult();
        Assert.Equal(1, (await alone).End);
        Assert.Equal(2, (await good).End);
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
    }

    private static ulong[] Indexes((List<LoggedEvent> Found, long End) answer) => [.. answer.Found.Select(static logged => logged.Index.Value)];

    private static LoggedEvent Event(int index, string stream) => new(new((ulong)index), new(Guid.CreateVersion7(), new(stream), 0, "happened", 1, DateTimeOffset.UnixEpoch, "system", default));
}
