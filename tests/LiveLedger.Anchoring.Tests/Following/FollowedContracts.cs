using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>A node with our contracts, a broadcast with a token and a sale, a ledger, and a follower of a test's own.</summary>
internal sealed class FollowedContracts : IAsyncDisposable
{
    private readonly List<NpgsqlConnection> _sessions = [];

    public required Anvil Anvil { get; init; }

    public required TestContracts Contracts { get; init; }

    public required TestLedger Ledger { get; init; }

    public required ChainNode Node { get; init; }

    public required Deployment Deployment { get; init; }

    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public SaleNumber Sale { get; private set; }

    public static async Task<FollowedContracts> StartAsync(params string[] more)
    {
        var anvil = await Anvil.StartAsync(more);
        var contracts = await TestContracts.DeployAsync(anvil);
        var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [ViewTables.Inline]);
        await ledger.Database.UpgradeAnchoringAsync(default);
        var followed = new FollowedContracts
        {
            Anvil = anvil,
            Contracts = contracts,
            Ledger = ledger,
            Node = TestNodes.Of(anvil.Url),
            Deployment = new(new(Anvil.ChainId), contracts.Anchor, contracts.Ownership, contracts.Tickets),
        };
        await contracts.RegisterAsync(followed.Broadcast, owner: 1, new([.. Enumerable.Range(1, 32).Select(static i => (byte)i)]));
        followed.Sale = await contracts.OpenSaleAsync(owner: 1, contracts.Terms(followed.Broadcast, Sha256Hash.Of("test.example/log"u8), TimeProvider.System.GetUtcNow()));
        return followed;
    }

    /// <summary>A follower over a session of its own; by the real node unless told otherwise.</summary>
    public async Task<FollowRun> RunAsync(int confirmations, Action<FollowStep>? reached = null, ChainNode? node = null)
    {
        var session = new NpgsqlConnection(Ledger.Options.ConnectionString);
        _sessions.Add(session);
        await session.OpenAsync();
        var asked = node ?? Node;
        return new(
            asked, Ledger.Events, new(session, Deployment.Name), new(asked, Deployment), Deployment, first: 0, new(confirmations, Finalized: false), TimeProvider.System, reached ?? (static _ => { }));
    }

    /// <summary>Steps until there is nothing to be read.</summary>
    public static async Task<FollowProgress> LevelAsync(FollowRun run)
    {
        while (true)
        {
            if (await run.StepAsync(default) is { IsLevel: true } progress)
            {
                return progress;
            }
        }
    }

    /// <summary>Types of the events about the chain, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync() => await Ledger.Events.ReadStreamAsync(Deployment.Stream).Select(static e => e.Type).ToListAsync();

    /// <summary>A ticket's row as text, or null.</summary>
    public async Task<string?> TicketAsync(TicketNumber ticket) =>
        (string?)await Ledger.ExecuteAsync($"SELECT standing || ' ' || coalesce(holder, 'nobody') FROM chain.tickets WHERE ticket = {ticket}");

    public string Account(int number) => Anvil.Account(number).ToString();

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }

        Node.Dispose();
        await Ledger.DisposeAsync();
        await Anvil.DisposeAsync();
    }
}
