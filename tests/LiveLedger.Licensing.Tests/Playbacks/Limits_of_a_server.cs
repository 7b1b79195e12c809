using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>Where a server has no room, or no disk, nothing is given, and what plays goes on as soon as there is.</summary>
public sealed class Limits_of_a_server
{
    [Fact]
    public async Task A_playback_beyond_what_a_server_holds_is_asked_to_come_back_and_what_plays_goes_on()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new());
        Assert.True((await one.AskAsync(viewer, "first")).Decision.IsGranted);
        Playback? last = null;
        for (var n = 1; n < OpenPlaybacks.MaxOpen; n++)
        {
            last = new(new(Guid.CreateVersion7()), new($"crowd-{n}", world.Broadcast, viewer), entitlement, OfferTerms.Open, world.Time.GetTimestamp())
            {
                OpenedAt = world.Time.Now,
                FirstPlayedAt = world.Time.Now,
                Nonces = new(-1),
            };
            one.Open.Open(last);
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(() => one.AskAsync(viewer, "late"));
        Assert.Equal((503, "playbacks-full", TimeSpan.FromSeconds(30)), (refused.Refusal.Status, refused.Refusal.Code, refused.Refusal.RetryAfter));
        Assert.True((await one.AskAsync(viewer, "first")).Decision.IsGranted);
        one.Open.Close(last!);
        Assert.True((await one.AskAsync(viewer, "late")).Decision.IsGranted);
    }

    [Fact]
    public async Task A_renewal_that_cannot_be_written_down_is_not_given()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world, delivers: false);
        var (_, viewer) = await one.SellAsync(new());
        Assert.True((await one.AskAsync(viewer, "a")).Decision.IsGranted);
        var folder = Assert.Single(Directory.GetDirectories(world.Keys.Path, "spool-*"));
        Directory.Delete(folder, recursive: true);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => one.AskAsync(viewer, "a"));
        Assert.Equal((503, "spool-unwritable", TimeSpan.FromSeconds(5)), (refused.Refusal.Status, refused.Refusal.Code, refused.Refusal.RetryAfter));
        Directory.CreateDirectory(folder);
        Assert.True((await one.AskAsync(viewer, "a")).Decision.IsGranted);
    }
}
