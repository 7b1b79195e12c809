using LiveLedger.Ledger.Subscriptions;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

/// <summary>Subscriptions of one process fetch the log's end together.</summary>
public sealed class TailReadsTests
{
    [Fact]
    public async Task What_one_has_fetched_the_others_do_not_fetch_again()
    {
        var log = new GrowingLog(100);
        using var tail = new TailReads(log.ReadAsync);
        Assert.Equal(Indexes(0, 100), Indexes(await tail.ReadAsync(new(0), 256, default)));
        Assert.Equal(Indexes(0, 100), Indexes(await tail.ReadAsync(new(0), 256, default)));
        log.Length = 130;
        Assert.Equal(Indexes(100, 30), Indexes(await tail.ReadAsync(new(100), 30, default)));
        // One that looks seldom meets what two others fetched, as one page.
        Assert.Equal(Indexes(90, 25), Indexes(await tail.ReadAsync(new(90), 25, default)));
        Assert.Equal(2, log.Reads);
    }

    [Fact]
    public async Task Those_who_ask_at_the_same_time_wait_for_one_fetch()
    {
        var log = new GrowingLog(10);
        using var tail = new TailReads(log.ReadAsync);
        log.Hold();
        var asked = Enumerable.Range(0, 5).Select(_ => tail.ReadAsync(new(0), 10, default)).ToArray();
        Assert.All(asked, static a => Assert.False(a.IsCompleted));
        log.Release();
        Assert.All(await Task.WhenAll(asked), static page => Assert.Equal(Indexes(0, 10), Indexes(page)));
        Assert.Equal(1, log.Reads);
    }

    [Fact]
    public async Task One_that_is_far_behind_fetches_for_itself_and_takes_nothing_from_the_others()
    {
        var log = new GrowingLog(5_000);
        using var tail = new TailReads(log.ReadAsync);
        await tail.ReadAsync(new(4_900), 100, default);
        for (var next = 0; next < 4_900; next += 100)
        {
            Assert.Equal(Indexes(next, 100), Indexes(await tail.ReadAsync(new((ulong)next), 100, default)));
        }

        Assert.Equal(50, log.Reads);
        Assert.Equal(Indexes(4_900, 100), Indexes(await tail.ReadAsync(new(4_900), 100, default)));
        Assert.Equal(50, log.Reads);
    }

    [Theory]
    [InlineData(1, TailReads.MostEvents)]
    [InlineData(TailReads.MostBytes / 10, 10)]
    [InlineData(TailReads.MostBytes + 1, 0)]
    public async Task No_more_is_kept_than_so_many_events_and_so_many_bytes(int bytes, int kept)
    {
        var log = new GrowingLog(2_000, bytes);
        using var tail = new TailReads(log.ReadAsync);
        for (var next = 0; next < 2_000; next += 200)
        {
            Assert.Equal(Indexes(next, 200), Indexes(await tail.ReadAsync(new((ulong)next), 200, default)));
        }

        var before = log.Reads;
        Assert.Equal(kept, (await tail.ReadAsync(new((ulong)(2_000 - kept)), 2_000, default)).Count);
        await tail.ReadAsync(new((ulong)(2_000 - kept - 1)), 1, default);
        Assert.Equal(before + (kept == 0 ? 2 : 1), log.Reads);
    }

    [Fact]
    public async Task A_fetch_that_fails_is_told_to_who_made_it_and_the_next_is_made()
    {
        var log = new GrowingLog(10) { Fails = true };
        using var tail = new TailReads(log.ReadAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(() => tail.ReadAsync(new(0), 10, default));
        log.Fails = false;
        Assert.Equal(Indexes(0, 10), Indexes(await tail.ReadAsync(new(0), 10, default)));
    }

    [Fact]
    public async Task Readers_that_come_in_any_order_each_see_every_event_once_and_in_order()
    {
        var random = new Random(7);
        var log = new GrowingLog(0, 4_000);
        using var tail = new TailReads(log.ReadAsync);
        var next = new ulong[4];
        while (next.Min() < 6_000)
        {
            log.Length = Math.Min(6_000, log.Length + random.Next(0, 60));
            // One of them comes a tenth as often, and so falls far behind now and then.
            var who = random.Next(0, 31) / 10;
            var page = await tail.ReadAsync(new(next[who]), random.Next(1, 300), default);
            Assert.Equal(Indexes((int)next[who], page.Count), Indexes(page));
            Assert.True(page.Count > 0 || (int)next[who] == log.Length);
            next[who] += (ulong)page.Count;
        }
    }

    private static ulong[] Indexes(IReadOnlyList<LoggedEvent> page) => [.. page.Select(static e => e.Index.Value)];

    private static ulong[] Indexes(int from, int count) => [.. Enumerable.Range(from, count).Select(static n => (ulong)n)];

    private sealed class GrowingLog(int length, int bytes = 1)
    {
        private readonly byte[] _payload = new byte[bytes];
        private TaskCompletionSource? _held;

        public int Length { get; set; } = length;

        public int Reads { get; private set; }

        public bool Fails { get; set; }

        public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _held!.SetResult();

        public async Task<IReadOnlyList<LoggedEvent>> ReadAsync(LedgerIndex from, int count, CancellationToken cancel)
        {
            Reads++;
            await (_held?.Task ?? Task.CompletedTask);
            return Fails
                ? throw new InvalidOperationException("away")
                : [.. Enumerable.Range((int)from.Value, Math.Max(0, Math.Min(count, Length - (int)from.Value))).Select(Event)];
        }

        private LoggedEvent Event(int index) => new(new((ulong)index), new(Guid.CreateVersion7(), new("told/x"), index, "happened", 1, DateTimeOffset.UnixEpoch, "system", _payload));
    }
}
