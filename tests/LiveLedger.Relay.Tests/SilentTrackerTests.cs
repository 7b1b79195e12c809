namespace LiveLedger.Relay.Tests;

/// <summary>A relay at a tracker that takes its connection and says no more.</summary>
public sealed class SilentTrackerTests
{
    [Fact]
    public Task At_whichever_word_it_falls_silent_the_relay_says_so_and_comes_again() => Task.WhenAll(((string[])["upgrade", "challenge", "joined"]).Select(ComesAgainAsync));

    private static async Task ComesAgainAsync(string silent)
    {
        await using var tracker = await SilentTracker.StartAsync(silent);
        await using var swarm = await AdmittedRelay.StartAsync(platform: platform => platform.Tracker = tracker.Address);
        await Patience.UntilAsync(() => tracker.Came == 1, $"it comes ({silent})");
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Failures.Any(static f => f.Contains("the tracker does not answer", StringComparison.Ordinal)), $"it has waited long enough ({silent})");
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Joined == 1, $"it has joined ({silent})");
        Assert.Equal(2, tracker.Came);
        Assert.DoesNotContain(swarm.Relay.Server.Status.Failures, static f => f.Contains("tracker", StringComparison.Ordinal));
    }
}
