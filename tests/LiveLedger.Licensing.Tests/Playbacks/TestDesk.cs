using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Snapshots;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Playbacks;

/// <summary>One process that gives licences, over a ledger and keys that several may share.</summary>
internal sealed class TestDesk : IAsyncDisposable
{
    private readonly ChangeFollower _follower;
    private readonly SpoolDelivery _delivery;

    private TestDesk(TestLedger ledger, DeskWorld world)
    {
        (Ledger, World) = (ledger, world);
        Keys = new(world.Keys.Path, world.Kek);
        Book = new(ledger.Events, ledger.Database, world.Time);
        Offers = new(ledger.Events, ledger.Database, world.Time);
        Open = new(world.Time);
        Spool = new(Path.Combine(world.Keys.Path, $"spool-{Guid.NewGuid():N}"));
        var broadcasts = new BroadcastWatch(TestBroadcasts.Of(() => world.Facts), world.Time);
        var refusals = new RefusalLimit(world.Time);
        var door = new PlaybackDoor(ledger.Events, new SnapshotStore(ledger.Database, ledger.Events), Book, Offers, Open, Spool, refusals, broadcasts, world.Time);
        Desk = new(door, Book, Keys, new(ledger.Events, Keys, world.Time), Open, Spool, refusals, broadcasts, world.Time);
        _follower = new(ledger.Events, Book, Open, TimeProvider.System, new CapturedLog<ChangeFollower>());
        _delivery = new(Spool, ledger.Events, TimeProvider.System, new CapturedLog<SpoolDelivery>());
    }

    public TestLedger Ledger { get; }

    public DeskWorld World { get; }

    public MasterKeys Keys { get; }

    public EntitlementBook Book { get; }

    public OfferBook Offers { get; }

    public OpenPlaybacks Open { get; }

    public PlaybackSpool Spool { get; }

    public LicenceDesk Desk { get; }

    /// <param name="world">What it shares with others.</param>
    /// <param name="delivers">False: what it spools stays there, as in an outage.</param>
    public static async Task<TestDesk> StartAsync(DeskWorld world, bool delivers = true)
    {
        var ledger = await TestLedger.StartAsync(world.Options, [EntitlementTables.Inline, OfferTables.Inline], new(LicensingRegistration.Upcasts));
        var desk = new TestDesk(ledger, world);
        desk.Keys.Create(world.Broadcast);
        await desk._follower.StartAsync(default);
        await desk.Spool.StartAsync(default);
        if (delivers)
        {
            await desk._delivery.StartAsync(default);
        }

        return desk;
    }

    /// <summary>Sells an entitlement under an offer.</summary>
    public async Task<(Entitlement Entitlement, ViewerPseudonym Viewer)> SellAsync(OfferBody offer)
    {
        var id = await Offers.CreateAsync(World.Broadcast, offer, null, default);
        var viewer = new ViewerPseudonym(new(RandomNumberGenerator.GetBytes(32)));
        return (await Book.GrantAsync(World.Broadcast, SealedOf(viewer), new(id, 1), null, default), viewer);
    }

    public static SealedViewer SealedOf(ViewerPseudonym viewer) => new(viewer, new(Guid.NewGuid()), RandomNumberGenerator.GetBytes(105));

    /// <summary>Asks for a key as a token of the viewer, or as our player in it.</summary>
    public Task<LicenceAnswer> AskAsync(ViewerPseudonym viewer, string token, long? nonce = null, string? playback = null, string? device = null) =>
        Desk.DecideAsync(new(token, World.Broadcast, viewer), new([Keys.IdOf(World.Broadcast, TrackClass.Sd, 0)], playback, nonce, device), default);

    public async ValueTask DisposeAsync()
    {
        await _follower.StopAsync(default);
        await _delivery.StopAsync(default);
        await Spool.StopAsync(default);
        _follower.Dispose();
        _delivery.Dispose();
        Spool.Dispose();
        await Ledger.DisposeAsync();
    }
}

/// <summary>What the processes of a test share.</summary>
internal sealed class DeskWorld : IDisposable
{
    public required LedgerOptions Options { get; init; }

    public TestFolder Keys { get; } = new();

    public KeyEncryptionKey Kek { get; } = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));

    public SettableTime Time { get; } = new();

    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public BroadcastFacts Facts { get; set; } = new("acme", BroadcastPhase.Live, KeyPeriodLength.Whole, null, BroadcastPeers.Viewers);

    public static async Task<DeskWorld> NewAsync() => new() { Options = await TestLedger.NewOptionsAsync() };

    public void Dispose()
    {
        Kek.Dispose();
        Keys.Dispose();
    }
}
