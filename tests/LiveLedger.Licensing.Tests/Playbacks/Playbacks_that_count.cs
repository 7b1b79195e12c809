using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>How many playbacks, devices and times an entitlement has is one number, however many processes are asked.</summary>
public sealed class Playbacks_that_count
{
    private const string Name1 = "AAAAAAAAAAAAAAAAAAAAAA";
    private const string Name2 = "AAAAAAAAAAAAAAAAAAAAAQ";

    [Fact]
    public async Task Of_200_requests_at_once_in_two_processes_exactly_the_2_allowed_are_granted()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var two = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new(Playbacks: new(2)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(() => (n % 2 == 0 ? one : two).AskAsync(viewer, $"token-{n}"))));
        Assert.Equal(2, answers.Count(static a => a.Decision.IsGranted));
        Assert.Equal(198, answers.Count(static a => a.Decision.Reason == LicenceReason.TooManyPlaybacks));
        Assert.Equal(2, one.Open.Count(world.Broadcast) + two.Open.Count(world.Broadcast));
        var opened = await one.Ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(entitlement.Id)).CountAsync(static e => e.Type == CountedEvents.OpenedType);
        Assert.Equal(2, opened);
        await LogAudit.CheckAsync(one.Ledger.Log);
    }

    [Fact]
    public async Task The_oldest_yields_where_the_offer_says_so_and_hears_of_it_in_its_own_process()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var two = await TestDesk.StartAsync(world);
        var (_, viewer) = await one.SellAsync(new(Playbacks: new(1, "drop-oldest", 5)));
        var first = (await one.AskAsync(viewer, "a")).Playback!.Value;

        Assert.True((await two.AskAsync(viewer, "b")).Decision.IsGranted);
        await one.Ledger.UntilAsync(() => one.Open.Find(first)?.DroppedAt is not null, "the other process hears of it");
        // Within the grace it goes on, then no more; and it does not come back by asking again.
        Assert.True((await one.AskAsync(viewer, "a")).Decision.IsGranted);
        world.Time.Now += TimeSpan.FromSeconds(5);
        Assert.Equal(LicenceReason.PlaybackDropped, (await one.Desk.BeatAsync(one.Open.Find(first)!, null, default))?.Reason);
        Assert.Equal(LicenceReason.PlaybackDropped, (await one.AskAsync(viewer, "a")).Decision.Reason);
        Assert.Equal(LicenceReason.PlaybackDropped, (await two.AskAsync(viewer, "a")).Decision.Reason);
        Assert.True((await two.AskAsync(viewer, "b")).Decision.IsGranted);
    }

    [Fact]
    public async Task A_process_that_died_leaves_its_playbacks_open_for_a_lease_and_its_viewers_go_on_elsewhere()
    {
        using var world = await DeskWorld.NewAsync();
        await using var two = await TestDesk.StartAsync(world);
        var (_, viewer) = await two.SellAsync(new(Playbacks: new(1)));
        PlaybackId opened;
        await using (var one = await TestDesk.StartAsync(world))
        {
            opened = (await one.AskAsync(viewer, "a")).Playback!.Value;
        }

        Assert.Equal(LicenceReason.TooManyPlaybacks, (await two.AskAsync(viewer, "b")).Decision.Reason);
        // The same session is the same playback, wherever it asks.
        Assert.Equal(opened, (await two.AskAsync(viewer, "a")).Playback);
        world.Time.Now += OpenPlaybacks.Lease - TimeSpan.FromSeconds(1);
        Assert.Equal(LicenceReason.TooManyPlaybacks, (await two.AskAsync(viewer, "b")).Decision.Reason);
        world.Time.Now += TimeSpan.FromSeconds(1);
        Assert.True((await two.AskAsync(viewer, "b")).Decision.IsGranted);
    }

    [Fact]
    public async Task Signs_of_life_keep_the_place_in_every_process()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var two = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new(Playbacks: new(1)));
        var playback = one.Open.Find((await one.AskAsync(viewer, "a")).Playback!.Value)!;
        for (var beat = 0; beat < 6; beat++)
        {
            world.Time.Now += TimeSpan.FromSeconds(30);
            Assert.Null(await one.Desk.BeatAsync(playback, null, default));
        }

        await one.Ledger.UntilAsync(() => !Directory.EnumerateFiles(world.Keys.Path, "*.spool", SearchOption.AllDirectories).Any(), "the leases are in the ledger");
        Assert.Equal(LicenceReason.TooManyPlaybacks, (await two.AskAsync(viewer, "b")).Decision.Reason);
        var types = await one.Ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(entitlement.Id)).Select(static e => e.Type).ToListAsync();
        Assert.Equal(6, types.Count(static t => t == CountedEvents.RenewedType));
    }

    [Theory]
    [InlineData("refuse-new")]
    [InlineData("drop-oldest")]
    public async Task Signs_of_life_that_could_not_be_written_down_for_longer_than_a_lease_keep_the_place_all_the_same(string mode)
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world, delivers: false);
        var (_, viewer) = await one.SellAsync(new(Playbacks: new(1, mode)));
        var playback = one.Open.Find((await one.AskAsync(viewer, "a")).Playback!.Value)!;
        for (var beat = 0; beat < 4; beat++)
        {
            world.Time.Now += TimeSpan.FromSeconds(30);
            Assert.Null(await one.Desk.BeatAsync(playback, null, default));
        }

        Assert.Equal(mode == "refuse-new" ? LicenceReason.TooManyPlaybacks : LicenceReason.Granted, (await one.AskAsync(viewer, "b")).Decision.Reason);
        Assert.Equal(mode == "refuse-new", playback.DroppedAt is null);
        // Closed here it is closed, whatever the lease says; and one that is silent counts no more.
        await one.Desk.CloseAsync(playback);
        Assert.True((await one.AskAsync(viewer, "c")).Decision.IsGranted);
        world.Time.Now += OpenPlaybacks.Lease;
        Assert.True((await one.AskAsync(viewer, "d")).Decision.IsGranted);
    }

    [Fact]
    public async Task Devices_and_first_playback_are_counted_from_the_ledger()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var two = await TestDesk.StartAsync(world);
        var (_, viewer) = await one.SellAsync(new(Devices: 1, PlaybackSeconds: 3600, RentalSeconds: 60));
        Assert.Equal(LicenceReason.DeviceMissing, (await one.AskAsync(viewer, "a")).Decision.Reason);
        Assert.True((await one.AskAsync(viewer, "a", device: Name1)).Decision.IsGranted);
        Assert.Equal(LicenceReason.TooManyDevices, (await two.AskAsync(viewer, "b", device: Name2)).Decision.Reason);
        world.Time.Now += TimeSpan.FromSeconds(3590);
        // The rental is over, but it was begun in time.
        Assert.True((await two.AskAsync(viewer, "c", device: Name1)).Decision.IsGranted);
        world.Time.Now += TimeSpan.FromSeconds(20);
        Assert.Equal(LicenceReason.PlaybackExpired, (await two.AskAsync(viewer, "c", device: Name1)).Decision.Reason);
        Assert.Equal(LicenceReason.PlaybackExpired, (await one.AskAsync(viewer, "d", device: Name1)).Decision.Reason);
    }

    [Fact]
    public async Task A_request_made_before_is_refused_where_the_offer_says_so()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var (_, viewer) = await one.SellAsync(new(ReplayProtection: true));
        Assert.Equal(LicenceReason.NonceMissing, (await one.AskAsync(viewer, "a", playback: Name1)).Decision.Reason);
        Assert.True((await one.AskAsync(viewer, "a", 1, Name1)).Decision.IsGranted);
        Assert.True((await one.AskAsync(viewer, "a", 0, Name1)).Decision.IsGranted);
        Assert.Equal(LicenceReason.RequestReplayed, (await one.AskAsync(viewer, "a", 1, Name1)).Decision.Reason);
        // By another token of the viewer too: the player's name is the playback.
        Assert.Equal(LicenceReason.RequestReplayed, (await one.AskAsync(viewer, "b", 0, Name1)).Decision.Reason);
        Assert.True((await one.AskAsync(viewer, "b", 2, Name1)).Decision.IsGranted);
        Assert.True((await one.AskAsync(viewer, "b", 0, Name2)).Decision.IsGranted);
    }

    [Fact]
    public async Task A_copied_request_opens_nothing_again_when_its_playback_was_closed_or_has_lapsed_or_is_elsewhere()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        await using var two = await TestDesk.StartAsync(world);
        var (_, viewer) = await one.SellAsync(new(ReplayProtection: true));
        Assert.True((await one.AskAsync(viewer, "a", 0, Name1)).Decision.IsGranted);
        var opened = await one.AskAsync(viewer, "a", 7, Name1);

        // The other process knows of the last request as soon as the spool is delivered.
        await one.Ledger.UntilAsync(() => !Directory.EnumerateFiles(world.Keys.Path, "*.spool", SearchOption.AllDirectories).Any(), "the leases are in the ledger");
        Assert.Equal(LicenceReason.RequestReplayed, (await two.AskAsync(viewer, "a", 7, Name1)).Decision.Reason);
        await one.Desk.CloseAsync(one.Open.Find(opened.Playback!.Value)!);
        Assert.Equal(LicenceReason.RequestReplayed, (await one.AskAsync(viewer, "a", 7, Name1)).Decision.Reason);
        Assert.Equal(LicenceReason.RequestReplayed, (await two.AskAsync(viewer, "a", 6, Name1)).Decision.Reason);
        // Another playback of the viewer's, which pushes nothing out.
        Assert.True((await one.AskAsync(viewer, "a", 0, Name2)).Decision.IsGranted);
        Assert.Equal(LicenceReason.RequestReplayed, (await one.AskAsync(viewer, "a", 7, Name1)).Decision.Reason);
        Assert.True((await one.AskAsync(viewer, "a", 8, Name1)).Decision.IsGranted);

        world.Time.Now += OpenPlaybacks.Lease + TimeSpan.FromSeconds(1);
        Assert.Equal(LicenceReason.RequestReplayed, (await one.AskAsync(viewer, "a", 8, Name1)).Decision.Reason);
        Assert.True((await one.AskAsync(viewer, "a", 9, Name1)).Decision.IsGranted);
        await using var three = await TestDesk.StartAsync(world);
        Assert.Equal(LicenceReason.RequestReplayed, (await three.AskAsync(viewer, "a", 9, Name1)).Decision.Reason);
    }

    [Fact]
    public async Task Who_an_entitlement_is_passed_on_to_begins_with_no_devices_and_no_playbacks()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new(Devices: 1, Playbacks: new(1)));
        Assert.True((await one.AskAsync(viewer, "a", device: Name1)).Decision.IsGranted);
        var other = new ViewerPseudonym(new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        await one.Book.TransferAsync(world.Broadcast, entitlement.Id, TestDesk.SealedOf(other), default);
        Assert.True((await one.AskAsync(other, "b", device: Name2)).Decision.IsGranted);
        Assert.Equal(LicenceReason.TooManyDevices, (await one.AskAsync(other, "c", device: Name1)).Decision.Reason);
    }

    [Fact]
    public async Task What_ends_a_playback_ends_it_at_its_next_sign_of_life()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new());
        async Task<PlaybackEnding?> BeatAsync() => await one.Desk.BeatAsync(one.Open.Find((await one.AskAsync(viewer, "a")).Playback!.Value)!, null, default);

        Assert.Null(await BeatAsync());
        var playback = one.Open.Find((await one.AskAsync(viewer, "a")).Playback!.Value)!;
        await one.Book.SuspendAsync(world.Broadcast, entitlement.Id, default);
        Assert.Equal(LicenceReason.EntitlementSuspended, (await one.Desk.BeatAsync(playback, null, default))?.Reason);
        await one.Book.ResumeAsync(world.Broadcast, entitlement.Id, default);
        Assert.Null(await BeatAsync());
        var again = one.Open.Find((await one.AskAsync(viewer, "a")).Playback!.Value)!;
        await one.Book.TransferAsync(world.Broadcast, entitlement.Id, TestDesk.SealedOf(new(new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)))), default);
        Assert.Equal(LicenceReason.EntitlementTransferred, (await one.Desk.BeatAsync(again, null, default))?.Reason);

        var (_, second) = await one.SellAsync(new());
        var taken = one.Open.Find((await one.AskAsync(second, "s")).Playback!.Value)!;
        world.Facts = world.Facts with { Phase = BroadcastPhase.TakenDown };
        world.Time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(LicenceReason.BroadcastTakenDown, (await one.Desk.BeatAsync(taken, null, default))?.Reason);
        Assert.Equal(LicenceReason.BroadcastTakenDown, (await one.AskAsync(second, "s")).Decision.Reason);
        Assert.Equal(0, one.Open.Count(world.Broadcast));
    }
}
