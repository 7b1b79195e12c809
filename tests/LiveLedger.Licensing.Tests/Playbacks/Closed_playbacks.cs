using LiveLedger.Harness.Postgres;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>The end of a playback that counts is logged, whoever waits for the answer and however long the database takes.</summary>
public sealed class Closed_playbacks
{
    private static readonly OfferBody s_one = new(Playbacks: new(1));

    [Fact]
    public async Task A_page_that_closes_and_goes_away_is_closed_all_the_same()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var page = new TestPage(one);
        var playback = await page.PlayAsync(s_one);
        await using var held = await HoldStreamAsync(one, playback);
        using var gone = new CancellationTokenSource();
        var closing = page.AskAsync("closePlayback", playback, Stream.Null, gone.Token);
        await held.UntilWaitingAsync();
        await gone.CancelAsync();
        await held.LetGoAsync();

        await closing;
        Assert.Equal(1, await ClosedAsync(one, playback));
    }

    [Fact]
    public async Task A_page_that_went_away_before_it_was_heard_is_closed_all_the_same()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var page = new TestPage(one);
        var playback = await page.PlayAsync(s_one);
        await page.AskAsync("closePlayback", playback, Stream.Null, new(canceled: true));
        Assert.Equal(1, await ClosedAsync(one, playback));
    }

    [Fact]
    public async Task A_close_that_the_database_does_not_take_is_answered_within_seconds_and_logged_once_when_it_does()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var page = new TestPage(one);
        var playback = await page.PlayAsync(s_one);
        await using (var held = await HoldStreamAsync(one, playback))
        {
            await page.AskAsync("closePlayback", playback, Stream.Null).WaitAsync(TimeSpan.FromSeconds(15));
            Assert.Equal(0, await ClosedAsync(one, playback));
            await held.LetGoAsync();
        }

        await one.Ledger.UntilAsync(() => !Directory.EnumerateFiles(world.Keys.Path, "*.spool", SearchOption.AllDirectories).Any(), "the spool is delivered");
        Assert.Equal(1, await ClosedAsync(one, playback));
    }

    // Who adds to the stream waits for its row; who reads it does not.
    private static Task<HeldLock> HoldStreamAsync(TestDesk desk, Playback playback) => HeldLock.TakeAsync(
        desk.Ledger.Options.ConnectionString, $"SELECT version FROM ledger.streams WHERE name = '{EntitlementEvents.StreamOf(playback.Entitlement)}' FOR UPDATE");

    private static ValueTask<int> ClosedAsync(TestDesk desk, Playback playback) =>
        desk.Ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(playback.Entitlement)).CountAsync(static e => e.Type == CountedEvents.ClosedType);
}
