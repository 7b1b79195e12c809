using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Endpoints;
using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Outages;
using LiveLedger.Anchoring.Owners;
using LiveLedger.Anchoring.Sessions;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Anchoring.Wallets;
using LiveLedger.ChainNodes;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Schema;
using LiveLedger.Ledger.Subscriptions;
using LiveLedger.Transparency.Tree;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring;

/// <summary>Settings of this stage.</summary>
public sealed record AnchoringOptions
{
    /// <summary>The chain.</summary>
    public required ChainSettings Chain { get; init; }

    /// <summary>The address the outside reaches us by, without a trailing slash; null to answer with the one a request came by.</summary>
    public string? PublicUrl { get; init; }
}

/// <summary>How the server takes this stage in. It is not taken in at all where no chain is set: nothing of it runs then.</summary>
public static class AnchoringRegistration
{
    /// <summary>Registers the stage. The ledger, a <see cref="TimeProvider"/> and <see cref="AnchoringLinks"/> must be registered too.</summary>
    public static IServiceCollection AddAnchoring(this IServiceCollection services, AnchoringOptions options) => services
        .AddSingleton(options)
        .AddSingleton(options.Chain)
        .AddSingleton(options.Chain.Deployment)
        .AddSingleton(ViewTables.Inline)
        .AddSingleton(ReceiptTables.Inline)
        .AddSingleton(s => new ChainNode(NodeOptions(options.Chain), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ChainNode>>()))
        .AddAccount(options.Chain)
        .AddSingleton<ChainView>()
        .AddSingleton<SightingReader>()
        .AddSingleton<ChainStatus>()
        .AddSingleton<AnchorDesk>()
        .AddSingleton<AnchorOrders>()
        .AddSingleton<LoggedProof>()
        .AddSingleton<ReceiptBook>()
        .AddSingleton<ReceiptTaker>()
        .AddSingleton<CheckpointEffects>()
        .AddSingleton<WalletAccounts>()
        .AddSingleton<SettlingTurns>()
        .AddSingleton<OwnershipEffects>()
        .AddSingleton<TicketEffects>()
        .AddSingleton<SessionRecorder>()
        .AddSingleton<OutageClaims>()
        .AddSingleton<SaleCaretaker>()
        .AddSingleton(s => new SignInDesk(s.GetRequiredService<LedgerDatabase>(), s.GetRequiredService<AnchoringLinks>(), options.Chain.Deployment.Chain, s.GetRequiredService<TimeProvider>()))
        .AddSingleton<ChainEffects>()
        .AddSingleton<ChainStatusEndpoints>()
        .AddSingleton<SaleEndpoints>()
        .AddSingleton<OwnerEndpoints>()
        .AddSingleton<WalletEndpoints>()
        .AddSingleton<WalletLinkEndpoints>()
        .AddSingleton<RedemptionEndpoint>()
        .AddSingleton<OutwardSubscription>(static s => s.GetRequiredService<ChainEffects>().Subscription)
        .AddHostedService<ChainKeeper>()
        .AddHostedService<OutageWatch>();

    /// <summary>Brings this stage's tables up to date.</summary>
    public static async Task UpgradeAnchoringAsync(this LedgerDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        await SchemaUpgrade.ApplyAsync(connection, "anchoring", typeof(AnchoringRegistration).Assembly, "Schema", cancel);
    }

    /// <summary>Orders the log to be anchored as it is; nothing happens if it is, or if an order waits that holds the size that is asked for.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; order it again.</exception>
    public static Task AnchorAsync(this IServiceProvider services, string reason, ulong? size, CancellationToken cancel) =>
        services.GetRequiredService<AnchorDesk>().AnchorAsync(reason, size, cancel);

    /// <summary>Trees of the log whose anchors there is a receipt of: the largest first, none above this size, at most so many.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static Task<IReadOnlyList<AnchoredTree>> AnchorsForAsync(this IServiceProvider services, TreeSize most, int count, CancellationToken cancel) =>
        services.GetRequiredService<ReceiptBook>().TreesAsync(services.GetRequiredService<AnchorDesk>().Origin, most, count, cancel);

    /// <summary>The broadcast whose event this is; null if it is none of this stage's, or of no broadcast.</summary>
    public static string? BroadcastOf(StoredEvent stored) => stored.Stream.Value.Split('/') switch
    {
        ["outage", var broadcast] => broadcast,
        ["ticket", _] => SessionRecorder.BroadcastOf(stored),
        _ => null,
    };

    /// <summary>Maps what is public of <c>/v1/chain</c>.</summary>
    public static void MapChain(this RouteGroupBuilder chain) => ChainStatusEndpoints.Map(chain);

    /// <summary>Maps what operators see and order of <c>/v1/chain</c>; the server requires their token there.</summary>
    public static void MapChainAccount(this RouteGroupBuilder chain) => ChainStatusEndpoints.MapOperators(chain);

    /// <summary>Maps sales and wallets into <c>/v1/broadcasts</c>, for anybody.</summary>
    public static void MapSales(this RouteGroupBuilder broadcasts)
    {
        SaleEndpoints.Map(broadcasts);
        WalletEndpoints.Map(broadcasts);
        RedemptionEndpoint.Map(broadcasts);
    }

    /// <summary>Maps what broadcasters do into <c>/v1/broadcasts</c>, which requires an API token.</summary>
    public static void MapOwnership(this RouteGroupBuilder broadcasts)
    {
        OwnerEndpoints.Map(broadcasts);
        WalletEndpoints.MapOwners(broadcasts);
        WalletLinkEndpoints.MapShops(broadcasts);
    }

    /// <summary>Maps <c>/v1/wallet</c>; the server requires a viewer token there.</summary>
    public static IEndpointConventionBuilder MapWallet(this IEndpointRouteBuilder routes)
    {
        var wallet = routes.MapGroup("/v1/wallet").WithTags("tickets");
        WalletEndpoints.MapViewers(wallet);
        WalletLinkEndpoints.MapViewers(wallet);
        return wallet;
    }

    private static IServiceCollection AddAccount(this IServiceCollection services, ChainSettings chain)
    {
        var account = new AccountOptions
        {
            Account = chain.Account,
            Confirmations = chain.Confirmations,
            AwaitFinalized = chain.Finalized,
            FeeCeiling = (ulong)chain.MaxFee,
            ReplaceAfter = chain.ReplaceAfter,
        };
        return services
            .AddSingleton(s => new AccountBook(s.GetRequiredService<EventStore>(), chain.Deployment.Chain, chain.Account, s.GetRequiredService<TimeProvider>()))
            .AddSingleton(s => new AccountSender(
                s.GetRequiredService<LedgerDatabase>(), s.GetRequiredService<AccountBook>(), s.GetRequiredService<ChainNode>(), SignerOf(chain, s), account, s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<AccountSender>>()))
            .AddHostedService(static s => s.GetRequiredService<AccountSender>());
    }

    private static TransactionSigner? SignerOf(ChainSettings chain, IServiceProvider services) => chain.Signer is { } signer
        ? new(
            new(new() { Chain = chain.Deployment.Chain, Nodes = [signer], AsksChain = false }, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ChainNode>>()),
            chain.Deployment.Chain)
        : null;

    private static ChainNodeOptions NodeOptions(ChainSettings chain) => new() { Chain = chain.Deployment.Chain, Nodes = chain.Nodes };
}
