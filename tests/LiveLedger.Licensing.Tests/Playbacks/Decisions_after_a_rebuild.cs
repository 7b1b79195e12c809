using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>Tables and folded streams are made of the log, and whoever makes them again decides the same.</summary>
public sealed class Decisions_after_a_rebuild
{
    private const string Name1 = "AAAAAAAAAAAAAAAAAAAAAA";
    private const string Name2 = "AAAAAAAAAAAAAAAAAAAAAQ";

    [Fact]
    public async Task What_is_sold_stays_sold_under_its_version_and_so_does_everything_after_a_rebuild()
    {
        using var world = await DeskWorld.NewAsync();
        await using var one = await TestDesk.StartAsync(world);
        var (entitlement, viewer) = await one.SellAsync(new(MaxTier: "SD", Playbacks: new(1)));
        Assert.True(await one.Offers.ReviseAsync(world.Broadcast, entitlement.Sold!.Value.Id, new(MaxTier: "AUDIO"), default));
        Assert.True(await one.Offers.WithdrawAsync(world.Broadcast, entitlement.Sold.Value.Id, default));
        Assert.True((await one.AskAsync(viewer, "a")).Decision.IsGranted);
        var suspended = await one.SellAsync(new(Playbacks: new(1)));
        await one.Book.SuspendAsync(world.Broadcast, suspended.Entitlement.Id, default);
        var passedOn = await one.SellAsync(new());
        var other = new ViewerPseudonym(new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        await one.Book.TransferAsync(world.Broadcast, passedOn.Entitlement.Id, TestDesk.SealedOf(other), default);

        var unplayed = await one.SellAsync(new(RentalSeconds: 30));
        var begun = await one.SellAsync(new(RentalSeconds: 30, PlaybackSeconds: 120));
        Assert.True((await one.AskAsync(begun.Viewer, "a")).Decision.IsGranted);
        var devices = await one.SellAsync(new(Devices: 1));
        Assert.True((await one.AskAsync(devices.Viewer, "a", device: Name1)).Decision.IsGranted);
        var dropping = await one.SellAsync(new(Playbacks: new(1, "drop-oldest")));
        Assert.True((await one.AskAsync(dropping.Viewer, "a")).Decision.IsGranted);
        Assert.True((await one.AskAsync(dropping.Viewer, "b")).Decision.IsGranted);
        var guarded = await one.SellAsync(new(ReplayProtection: true));
        Assert.True((await one.AskAsync(guarded.Viewer, "a", 4, Name1)).Decision.IsGranted);
        // The database grants by its own clock, which is a few seconds ahead by now. All leases still hold.
        world.Time.Now += TimeSpan.FromSeconds(80);

        async Task<LicenceReason[]> DecisionsAsync()
        {
            await using var fresh = await TestDesk.StartAsync(world);
            return
            [
                (await fresh.AskAsync(viewer, "b")).Decision.Reason,
                (await fresh.AskAsync(suspended.Viewer, "b")).Decision.Reason,
                (await fresh.AskAsync(passedOn.Viewer, "b")).Decision.Reason,
                (await fresh.AskAsync(other, "b")).Decision.Reason,
                (await fresh.AskAsync(unplayed.Viewer, "a")).Decision.Reason,
                (await fresh.AskAsync(begun.Viewer, "b")).Decision.Reason,
                (await fresh.AskAsync(devices.Viewer, "b", device: Name2)).Decision.Reason,
                (await fresh.AskAsync(devices.Viewer, "c", device: Name1)).Decision.Reason,
                (await fresh.AskAsync(dropping.Viewer, "a")).Decision.Reason,
                (await fresh.AskAsync(guarded.Viewer, "a", 4, Name1)).Decision.Reason,
            ];
        }

        LicenceReason[] expected =
        [
            LicenceReason.TooManyPlaybacks, LicenceReason.EntitlementSuspended, LicenceReason.NotEntitled, LicenceReason.Granted, LicenceReason.RentalExpired,
            LicenceReason.Granted, LicenceReason.TooManyDevices, LicenceReason.Granted, LicenceReason.PlaybackDropped, LicenceReason.RequestReplayed,
        ];
        Assert.Equal(expected, await DecisionsAsync());
        string[] tables = ["entitlements.entitlements", "offers.offers"];
        var before = await Task.WhenAll(tables.Select(t => TableBytes.OfAsync(one.Ledger.Database, t)));
        await one.Ledger.ExecuteAsync("UPDATE entitlements.entitlements SET standing = 'active'; UPDATE offers.offers SET version = 7; DELETE FROM ledger.snapshots");
        await one.Ledger.Inline.RebuildAllAsync();
        Assert.Equal(before, await Task.WhenAll(tables.Select(t => TableBytes.OfAsync(one.Ledger.Database, t))));
        Assert.Equal(expected, await DecisionsAsync());
        Assert.Equal(2, (await one.Offers.ReadAsync(world.Broadcast, entitlement.Sold.Value.Id, default))!.Version);
    }
}
