using LiveLedger.Ledger;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Licences;

/// <summary>However many play, a broadcast is looked at by one of them, twice a second, and once a second while looking fails.</summary>
public sealed class BroadcastWatchTests
{
    private static readonly BroadcastFacts s_live = new("acme", BroadcastPhase.Live, KeyPeriodLength.Whole, null, BroadcastPeers.Viewers);
    private static readonly LedgerUnavailableException s_away = new(new(503, "ledger-unavailable", "away"), new IOException("away"));

    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);
    private readonly SettableTime _time = new();
    private readonly BroadcastWatch _watch;
    private Func<CancellationToken, Task<BroadcastFacts?>> _look = static _ => Task.FromResult<BroadcastFacts?>(s_live);
    private int _looks;

    public BroadcastWatchTests() => _watch = new(
        TestBroadcasts.Of(static () => null) with
        {
            FactsOf = (_, cancel) =>
            {
                Interlocked.Increment(ref _looks);
                return new(_look(cancel));
            },
        },
        _time);

    [Fact]
    public async Task Of_those_who_ask_at_once_one_looks()
    {
        var answer = new TaskCompletionSource<BroadcastFacts?>();
        _look = _ => answer.Task;
        using var impatient = new CancellationTokenSource();
        var first = _watch.FindAsync(_broadcast, impatient.Token).AsTask();
        var asking = Enumerable.Range(0, 100).Select(_ => _watch.FindAsync(_broadcast, default).AsTask()).ToList();
        // Whoever happened to be the first may go.
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(20)));
        answer.SetResult(s_live);
        Assert.All(await Task.WhenAll(asking), static facts => Assert.Equal(s_live, facts));
        Assert.Equal(1, _looks);
    }

    [Fact]
    public async Task It_is_looked_at_again_after_half_a_second()
    {
        await _watch.FindAsync(_broadcast, default);
        _time.Now += TimeSpan.FromMilliseconds(499);
        await _watch.FindAsync(_broadcast, default);
        Assert.Equal(1, _looks);
        _time.Now += TimeSpan.FromMilliseconds(1);
        _look = static _ => Task.FromResult<BroadcastFacts?>(s_live with { Phase = BroadcastPhase.TakenDown });
        Assert.Equal(BroadcastPhase.TakenDown, (await _watch.FindAsync(_broadcast, default))!.Phase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_look_that_failed_what_was_seen_before_is_good_for_a_second(bool hangs)
    {
        await _watch.FindAsync(_broadcast, default);
        _look = async cancel =>
        {
            await Task.Delay(hangs ? Timeout.Infinite : 0, cancel);
            throw s_away;
        };
        _time.Now += TimeSpan.FromSeconds(10);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _watch.FindAsync(_broadcast, default).AsTask())), static facts => Assert.Equal(s_live, facts));
        _time.Now += TimeSpan.FromMilliseconds(999);
        for (var n = 0; n < 20; n++)
        {
            Assert.Equal(s_live, await _watch.FindAsync(_broadcast, default));
        }

        Assert.Equal(2, _looks);
        _time.Now += TimeSpan.FromMilliseconds(1);
        await _watch.FindAsync(_broadcast, default);
        Assert.Equal(3, _looks);
    }

    [Fact]
    public async Task What_was_never_seen_is_not_made_up_and_is_looked_for_again()
    {
        _look = static _ => Task.FromException<BroadcastFacts?>(s_away);
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => _watch.FindAsync(_broadcast, default).AsTask());
        _look = static _ => Task.FromResult<BroadcastFacts?>(null);
        Assert.Null(await _watch.FindAsync(_broadcast, default));
        _look = static _ => Task.FromResult<BroadcastFacts?>(s_live);
        Assert.Equal(s_live, await _watch.FindAsync(_broadcast, default));
    }
}
