using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Tests.Effects;

/// <summary>A ledger with what a chain is said to have said, and what is told to the other stage of each ticket: the last that was told holds.</summary>
internal sealed class SettledTickets : IAsyncDisposable
{
    private readonly SettlingTurns _turns;
    private ulong _block;

    private SettledTickets(TestLedger ledger)
    {
        Ledger = ledger;
        var links = Links();
        View = new(ledger.Database, Deployment);
        _turns = new(ledger.Database);
        Tickets = new(View, Deployment, links, _turns);
        Wallets = new(ledger.Events, TimeProvider.System);
        Owners = new(View, new(ledger.Events, Deployment.Chain, Address.Zero), Wallets, links, new() { Deployment = Deployment, FirstBlock = 0, Account = Address.Zero }, _turns);
    }

    public TestLedger Ledger { get; }

    public ChainView View { get; }

    public TicketEffects Tickets { get; }

    public WalletAccounts Wallets { get; }

    public OwnershipEffects Owners { get; }

    public Deployment Deployment { get; } = new(new(31337), Address.Zero, Address.Zero, Address.Zero);

    /// <summary>What holds: broadcast, ticket, standing and wallet, in the order in which it was told.</summary>
    public List<(BroadcastId Broadcast, TicketStanding Standing, string? Wallet)> Told { get; } = [];

    /// <summary>Whose the broadcast was made, in that order.</summary>
    public List<string> HandedOver { get; } = [];

    /// <summary>Runs before something is told: with the wallet that has a ticket, or the account that is to own.</summary>
    public Func<string?, Task> Telling { get; set; } = static _ => Task.CompletedTask;

    public static async Task<SettledTickets> StartAsync()
    {
        var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [ViewTables.Inline]);
        return new(ledger);
    }

    /// <summary>Where the next sighting is.</summary>
    public SeenAt Next() => new(++_block, "0x", "0x", 0);

    public SaleCreated Opened(ulong sale, BroadcastId broadcast) => new(
        Next(), sale, broadcast.ToString(), Address.Zero.ToString(), new("0x", Address.Zero.ToString(), Address.Zero.ToString(), "1", 1, 1, 2, 3, 4, 5, 6, 0, 0, false));

    /// <summary>A ticket's purchase, as the contract says it.</summary>
    public Sighting[] Bought(ulong ticket, ulong sale, string buyer) =>
        [new TicketTransferred(Next(), ticket, Address.Zero.ToString(), buyer), new TicketBought(Next(), ticket, sale, buyer, "1000")];

    /// <summary>Logs sightings; answers with their versions.</summary>
    public async Task<long[]> SeeAsync(params IEnumerable<Sighting> sightings)
    {
        var appended = await Ledger.Events.AppendAsync(Deployment.Stream, ExpectedVersion.Any, [.. sightings.Select(static s => SightingEvents.Seen(TimeProvider.System, s))]);
        return [.. Enumerable.Range(0, sightings.Count()).Select(i => appended.Version - sightings.Count() + 1 + i)];
    }

    /// <summary>Logs that some did not happen.</summary>
    public async Task<BlocksTakenBack> TakeBackAsync(params long[] versions)
    {
        var taken = new BlocksTakenBack(1, "0x", versions);
        await Ledger.Events.AppendAsync(Deployment.Stream, ExpectedVersion.Any, [SightingEvents.TakenBack(TimeProvider.System, taken)]);
        return taken;
    }

    /// <summary>What was told last of a broadcast.</summary>
    public (TicketStanding Standing, string? Wallet) Last(BroadcastId broadcast)
    {
        var (_, standing, wallet) = Told.FindLast(t => t.Broadcast == broadcast);
        return (standing, wallet);
    }

    public ValueTask DisposeAsync()
    {
        _turns.Dispose();
        return Ledger.DisposeAsync();
    }

    private AnchoringLinks Links() => new()
    {
        OwnerOf = static (_, _) => new("acme"),
        SettleTicket = async (broadcast, _, standing, wallet, _) =>
        {
            await Telling(wallet);
            lock (Told)
            {
                Told.Add((broadcast, standing, wallet));
            }

            return null;
        },
        IdentityOf = static (_, _) => throw new NotSupportedException(),
        TotalsOf = static (_, _) => new((IReadOnlyList<(TrackName Track, uint Segments, Sha256Hash? LastRecord)>?)null),
        HandOver = async (_, account, _, _) =>
        {
            await Telling(account);
            lock (HandedOver)
            {
                HandedOver.Add(account);
            }
        },
        TurnOf = static _ => throw new NotSupportedException(),
        ServedOf = static (_, _) => throw new NotSupportedException(),
        PlaybackOpenedBy = static _ => throw new NotSupportedException(),
        TicketOf = static (_, _) => throw new NotSupportedException(),
        LinkWallet = static (_, _, _, _) => throw new NotSupportedException(),
        UnlinkWallet = static (_, _, _, _, _) => throw new NotSupportedException(),
        WalletsOf = static (_, _, _) => throw new NotSupportedException(),
        ViewerOfWallet = static (_, _, _) => throw new NotSupportedException(),
        DeriveSecret = static (_, _, _) => throw new NotSupportedException(),
        IssueViewerToken = static (_, _, _) => throw new NotSupportedException(),
        OrderAnchor = static (_, _, _) => throw new NotSupportedException(),
    };
}
