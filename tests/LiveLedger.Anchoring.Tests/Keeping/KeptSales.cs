using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Sessions;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Tests.Following;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Media.Records;

namespace LiveLedger.Anchoring.Tests.Keeping;

/// <summary>Contracts with a broadcast's sale, and all that a server has to look after it but the bus, which a test has in hand.</summary>
internal sealed class KeptSales : IAsyncDisposable
{
    private static readonly string s_identity = IdentityText.Format(Ed25519PrivateKey.Generate().PublicKey);

    private readonly SettlingTurns _turns;
    private AccountSender? _sender;
    private FollowRun? _run;

    private KeptSales(FollowedContracts chain)
    {
        Chain = chain;
        Settings = new() { Deployment = chain.Deployment, FirstBlock = 0, Account = chain.Anvil.Account(0) };
        Links = new()
        {
            OwnerOf = static (_, _) => ValueTask.FromResult<string?>("acme"),
            IdentityOf = static (_, _) => ValueTask.FromResult<string?>(s_identity),
            TotalsOf = static (_, _) => ValueTask.FromResult<IReadOnlyList<(TrackName, uint, Cryptography.Sha256Hash?)>?>(null),
            TurnOf = static stored => stored.Type == "broadcast-started" && BroadcastId.TryParse(stored.Stream.Value["broadcast/".Length..], out var broadcast) ? (broadcast, false) : null,
            ServedOf = (_, _) => ValueTask.FromResult(Served()),
            HandOver = static (_, _, _, _) => Task.CompletedTask,
            PlaybackOpenedBy = static _ => null,
            TicketOf = static (_, _) => Task.FromResult<string?>(null),
            SettleTicket = static (_, _, _, _, _) => Task.FromResult<Guid?>(null),
            LinkWallet = static (_, _, _, _) => Task.CompletedTask,
            UnlinkWallet = static (_, _, _, _, _) => Task.FromResult(false),
            WalletsOf = static (_, _, _) => Task.FromResult<IReadOnlyList<(string?, DateTimeOffset)>>([]),
            ViewerOfWallet = static (_, _, _) => Task.FromResult<string?>(null),
            DeriveSecret = static (_, _, secret) => secret.Clear(),
            IssueViewerToken = static (_, _, lifetime) => ("", TimeProvider.System.GetUtcNow() + lifetime),
            OrderAnchor = (reason, size, cancel) => Bus(reason, size, cancel),
        };
        View = new(chain.Ledger.Database, chain.Deployment);
        Book = new(chain.Ledger.Events, chain.Deployment.Chain, Settings.Account, Clock);
        Desk = new(chain.Ledger.Log, chain.Ledger.Options, View, Book, Settings, new CapturedLog<AnchorDesk>());
        Orders = new(Links, Desk, TimeProvider.System, new CapturedLog<AnchorOrders>());
        Wallets = new(chain.Ledger.Events, TimeProvider.System);
        Checkpoints = new(View, Book, Desk, new(chain.Ledger.Events, chain.Ledger.Log), Settings, Clock);
        _turns = new(chain.Ledger.Database);
        var owners = new OwnershipEffects(View, Book, Wallets, Links, Settings, _turns);
        Caretaker = new(View, Book, Desk, Checkpoints, owners, Settings, Clock);
        Effects = new(
            chain.Ledger.Events, View, chain.Deployment, Links, new(View, chain.Deployment, Links, _turns), owners, Checkpoints, new SessionRecorder(chain.Ledger.Events, chain.Deployment, Links), Orders);
    }

    public FollowedContracts Chain { get; }

    public ChainSettings Settings { get; }

    public AnchoringLinks Links { get; init; }

    /// <summary>What the message bus does with an order to anchor: nobody is at its other end.</summary>
    public Func<string, ulong?, CancellationToken, Task> Bus { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>What was served of the broadcast: the newest segment's time, and whether it has ended.</summary>
    public Func<(DateTimeOffset? Last, bool Ended)?> Served { get; set; } = static () => null;

    public SteppedClock Clock { get; } = new();

    public ChainView View { get; }

    public AccountBook Book { get; }

    public AnchorDesk Desk { get; }

    public AnchorOrders Orders { get; }

    public WalletAccounts Wallets { get; }

    public CheckpointEffects Checkpoints { get; }

    public SaleCaretaker Caretaker { get; }

    public ChainEffects Effects { get; }

    /// <summary>With the sale seen.</summary>
    public static async Task<KeptSales> StartAsync()
    {
        var kept = await StartUnseenAsync();
        await kept.FollowAsync();
        return kept;
    }

    /// <summary>With nothing of the chain seen, and nothing in the log.</summary>
    public static async Task<KeptSales> StartUnseenAsync() => new(await FollowedContracts.StartAsync());

    /// <summary>Follows the chain to its end.</summary>
    public async Task FollowAsync() => await FollowedContracts.LevelAsync(_run ??= await Chain.RunAsync(confirmations: 1));

    /// <summary>The broadcast starts; returns its place in the log, once a checkpoint holds it.</summary>
    public async Task<LoggedEvent> StartBroadcastAsync()
    {
        var id = Guid.CreateVersion7();
        await Chain.Ledger.Events.AppendAsync(new($"broadcast/{Chain.Broadcast}"), ExpectedVersion.Any, [new(id, "broadcast-started", 1, "{}"u8.ToArray(), "test")]);
        FoundEvent? found = null;
        while (found?.Index is null)
        {
            await Task.Delay(20);
            found = await Chain.Ledger.Events.FindAsync(id);
        }

        await Chain.Ledger.UntilPublishedAsync((int)found.Index!.Value.Value + 1);
        return new(found.Index.Value, found.Event);
    }

    /// <summary>The orders of a kind, as they were given.</summary>
    public async Task<IReadOnlyList<TransactionOrdered>> OrderedAsync(string purpose) => await Chain.Ledger.Events.ReadStreamAsync(Book.Stream)
        .Where(static e => e.Type == TransactionEvents.OrderedType).Select(TransactionEvents.ReadOrdered).Where(o => o.Purpose == purpose).ToListAsync();

    /// <summary>The account's transactions are sent from now on.</summary>
    public async Task SendAsync()
    {
        _sender = new(
            Chain.Ledger.Database, Book, Chain.Node, null,
            new() { Account = Settings.Account, Confirmations = 1, Look = TimeSpan.FromMilliseconds(100), Listen = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromMilliseconds(200) },
            TimeProvider.System, new CapturedLog<AccountSender>());
        await _sender.StartAsync(default);
    }

    /// <summary>A process's keeper.</summary>
    public ChainKeeper Keeper(ChainStatus status, ChainSettings? settings = null)
    {
        var (ledger, node) = (Chain.Ledger, Chain.Node);
        return new(
            ledger.Database, ledger.Events, node, new(node, Chain.Deployment),
            new(node, ledger.Events, View, new(ledger.Database, Chain.Deployment), Desk, Settings, new CapturedLog<ReceiptTaker>()), Caretaker, Orders, settings ?? Settings, status, TimeProvider.System,
            new CapturedLog<ChainKeeper>());
    }

    /// <summary>Waits until nothing that was ordered waits or is under way, and the chain is followed.</summary>
    public async Task SettleAsync()
    {
        for (var waited = 0; await Book.AskAsync(static s => s.Waiting.Count + s.LiveCount, default) > 0; waited++)
        {
            Assert.True(waited < 300, "what was ordered is not carried out");
            await Task.Delay(50);
        }

        await FollowAsync();
    }

    /// <summary>Nothing is sent from now on.</summary>
    public async Task EndSenderAsync()
    {
        if (_sender is not null)
        {
            await _sender.StopAsync(default);
            _sender.Dispose();
            _sender = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndSenderAsync();
        _turns.Dispose();
        await Chain.DisposeAsync();
    }
}
