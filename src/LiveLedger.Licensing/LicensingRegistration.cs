using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.KeyServers;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Licensing.Speke;
using LiveLedger.Licensing.Regions;
using LiveLedger.Licensing.Subjects;
using LiveLedger.Licensing.Wallets;
using LiveLedger.Licensing.Webhooks;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using LiveLedger.Messages.V1;
using LiveLedger.Transparency.Tree;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Licensing;

/// <summary>How the server takes this stage in.</summary>
public static class LicensingRegistration
{
    /// <summary>Registers the stage. The ledger, a <see cref="KeyEncryptionKey"/>, a <see cref="TimeProvider"/> and <see cref="LicensingLinks"/> must be registered too.</summary>
    public static IServiceCollection AddLicensing(this IServiceCollection services, LicensingOptions options) => services
        .AddSingleton(options)
        .AddSingleton(s => new OutsideKeys(
            Path.Combine(options.KeysFolder, "broadcasts"), s.GetRequiredService<KeyEncryptionKey>(), options.KeyServer is { } server ? new KeyServer(server) : null))
        .AddSingleton(s => new MasterKeys(Path.Combine(options.KeysFolder, "broadcasts"), s.GetRequiredService<KeyEncryptionKey>(), s.GetRequiredService<OutsideKeys>()))
        .AddSingleton(s => new SubjectKeys(Path.Combine(options.KeysFolder, "subjects"), s.GetRequiredService<KeyEncryptionKey>()))
        .AddSingleton<PackagedKeys>()
        .AddSingleton<SpekeEndpoint>()
        .AddSingleton<ViewerPseudonyms>()
        .AddSingleton<SubjectErasure>()
        .AddSingleton<BroadcastWatch>()
        .AddSingleton(EntitlementTables.Inline)
        .AddSingleton(OfferTables.Inline)
        .AddSingleton(WebhookTables.Inline)
        .AddSingleton(WalletTables.Inline)
        .AddSingleton<WebhookBook>()
        .AddSingleton<WebhookSecrets>()
        .AddSingleton<WebhookRoom>()
        .AddSingleton<WebhookOutbox>()
        .AddSingleton(_ => new WebhookPost(options.PrivateWebhooks))
        .AddSingleton<WebhookDelivery>()
        .AddSingleton<WebhookEndpoints>()
        .AddHostedService<WebhookPump>()
        .AddSingleton<IdempotencyKeys>()
        .AddSingleton<OfferBook>()
        .AddSingleton<OfferEndpoints>()
        .AddSingleton<EntitlementBook>()
        .AddSingleton<Counter>()
        .AddSingleton<WalletBook>()
        .AddSingleton<TicketEntitlements>()
        .AddSingleton<BulkEndpoint>()
        .AddSingleton<EntitlementEndpoints>()
        .AddSingleton<ViewerTokenEndpoints>()
        .AddSingleton<OpenPlaybacks>()
        .AddSingleton<RefusalLimit>()
        .AddSingleton<PlaybackDoor>()
        .AddSingleton<LicenceDesk>()
        .AddSingleton<RegionResolver>()
        .AddSingleton<AskerReader>()
        .AddSingleton<PlaybackEndpoints>()
        .AddSingleton<PlaybackRights>()
        .AddSingleton(_ => new PlaybackSpool(options.SpoolFolder))
        .AddHostedService(s => s.GetRequiredService<PlaybackSpool>())
        .AddHostedService<ChangeFollower>()
        .AddHostedService<SpoolDelivery>();

    /// <summary>From this stage's old events to today's schema.</summary>
    public static IEnumerable<(string Type, int Schema, Upcast Step)> Upcasts => [EntitlementEvents.NamesKept, EntitlementEvents.OffersNamed, EntitlementEvents.TicketsNamed, WalletEvents.WalletsNamed];

    /// <summary>Brings this stage's tables up to date.</summary>
    public static async Task UpgradeLicensingAsync(this LedgerDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        await SchemaUpgrade.ApplyAsync(connection, "licensing", typeof(LicensingRegistration).Assembly, "Schema", cancel);
    }

    /// <summary>Opens this stage's own key, or makes it: a wrong key-encryption key is found out before anything is answered.</summary>
    /// <exception cref="KeyFileException">The key-encryption key does not open it, or disk says no.</exception>
    public static void OpenLicensingKeys(this IServiceProvider services) => services.GetRequiredService<SubjectKeys>();

    /// <summary>Reads the table of regions: one that will not do is found out before anything is answered.</summary>
    /// <exception cref="InvalidDataException">It will not do.</exception>
    public static void OpenRegions(this IServiceProvider services) => services.GetRequiredService<RegionResolver>();

    /// <summary>Makes a new broadcast's master key, durable before it returns.</summary>
    /// <exception cref="RefusedException">Its keys are to come from a key server, which fails.</exception>
    public static Task CreateContentKeysAsync(this IServiceProvider services, BroadcastId broadcast, ProtectionScheme scheme, KeyPeriodLength length) =>
        Task.Run(() => services.GetRequiredService<MasterKeys>().Create(broadcast, scheme, length));

    /// <summary>The content key of a track class in a crypto period. The caller disposes it.</summary>
    public static ContentKey ContentKeyFor(this IServiceProvider services, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod) =>
        services.GetRequiredService<MasterKeys>().KeyFor(broadcast, trackClass, cryptoPeriod);

    /// <summary>Fills a span with bytes that only this platform can make, the same for the same label: a secret of a broadcast.</summary>
    /// <exception cref="KeyFileException">The broadcast has no master key, or the key-encryption key does not open it.</exception>
    public static void DeriveBroadcastSecret(this IServiceProvider services, BroadcastId broadcast, string label, Span<byte> secret) =>
        services.GetRequiredService<MasterKeys>().Derive(broadcast, Encoding.UTF8.GetBytes(label), secret);

    /// <summary>The public id of that key.</summary>
    public static KeyId ContentKeyIdFor(this IServiceProvider services, BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod) =>
        services.GetRequiredService<MasterKeys>().IdOf(broadcast, trackClass, cryptoPeriod);

    /// <summary>Number of open playbacks of a broadcast.</summary>
    public static int CountViewers(this IServiceProvider services, BroadcastId broadcast) => services.GetRequiredService<OpenPlaybacks>().Count(broadcast);

    /// <summary>The broadcast whose event this is, as its payload says; null if it is none of this stage's.</summary>
    public static string? BroadcastOf(StoredEvent stored)
    {
        if (stored.Stream.Value.Split('/') is not ["entitlement" or "offer" or "playback" or "subject" or "speke" or "webhook" or "wallet", _])
        {
            return null;
        }

        try
        {
            using var payload = JsonDocument.Parse(stored.PayloadJson);
            return payload.RootElement.TryGetProperty("broadcast", out var member) && BroadcastId.TryParse(member.GetString(), out var id) ? id.ToString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What a request's viewer may do by an open playback of theirs.</summary>
    /// <exception cref="RefusedException">There is no such playback here, or it may not go on.</exception>
    public static ValueTask<PlaybackRight> PlaybackRightOfAsync(this IServiceProvider services, HttpContext context, string playback, CancellationToken cancel) =>
        services.GetRequiredService<PlaybackRights>().OfAsync(context, playback, cancel);

    /// <summary>The entitlement that an event takes away from who held it, at least for now; null for every other event.</summary>
    public static (BroadcastId Broadcast, Guid Entitlement)? EntitlementEndedBy(StoredEvent stored) =>
        EntitlementEvents.TryReadStream(stored.Stream, out var id)
        && (stored.Type == EntitlementEvents.TransferredType || EntitlementEvents.StandingAfter(stored.Type) is Standing.Suspended or Standing.Revoked or Standing.Refunded)
        && BroadcastId.TryParse(BroadcastOf(stored), out var broadcast)
            ? (broadcast, id.Value)
            : null;

    /// <summary>Says that a wallet is a viewer's, in one broadcast. Whose it was before it is no more.</summary>
    /// <exception cref="RefusedException">That is no name of a viewer, or of one with too many wallets.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; link it again.</exception>
    public static Task LinkWalletAsync(this IServiceProvider services, BroadcastId broadcast, string wallet, string viewer, CancellationToken cancel) =>
        services.GetRequiredService<WalletBook>().LinkAsync(broadcast, wallet, viewer, cancel);

    /// <summary>Says that a wallet is this viewer's no more, but its own again; said twice it is done once. False if it was not this viewer's last.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; unlink it again.</exception>
    public static Task<bool> UnlinkWalletAsync(this IServiceProvider services, BroadcastId broadcast, string wallet, string viewer, bool byShop, CancellationToken cancel) =>
        services.GetRequiredService<WalletBook>().UnlinkAsync(broadcast, wallet, viewer, byShop, cancel);

    /// <summary>A viewer's wallets in a broadcast, the last linked first.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static Task<IReadOnlyList<LinkedWallet>> WalletsOfAsync(this IServiceProvider services, BroadcastId broadcast, string viewer, CancellationToken cancel) =>
        services.GetRequiredService<WalletBook>().ListAsync(broadcast, viewer, cancel);

    /// <summary>The viewer whose a wallet is in a broadcast; null if nobody has linked it, or that viewer was erased.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static Task<string?> ViewerOfWalletAsync(this IServiceProvider services, BroadcastId broadcast, string wallet, CancellationToken cancel) =>
        services.GetRequiredService<WalletBook>().NameAsync(broadcast, wallet, cancel);

    /// <summary>Makes the entitlement of a ticket what the chain says of the ticket: level by level, so that saying it twice changes nothing.</summary>
    /// <returns>The entitlement that stands for the ticket now; null if nobody ever had one by it.</returns>
    /// <exception cref="LedgerUnavailableException">The database is away; settle it again.</exception>
    public static Task<Guid?> SettleTicketAsync(this IServiceProvider services, BroadcastId broadcast, string ticket, TicketStanding standing, string? wallet, CancellationToken cancel) =>
        services.GetRequiredService<TicketEntitlements>().SettleAsync(broadcast, ticket, standing, wallet, cancel);

    /// <summary>The entitlement that a playback was opened by; null for every other event.</summary>
    public static (BroadcastId Broadcast, Guid Entitlement)? PlaybackOpenedBy(StoredEvent stored) =>
        stored.Type == PlaybackEvents.GrantedType && PlaybackEvents.ReadGranted(stored.PayloadJson.Span) is { Renewal: 0 } opened
        && BroadcastId.TryParse(opened.Broadcast, out var broadcast) && EntitlementId.TryParse(opened.Entitlement, out var entitlement)
            ? (broadcast, entitlement.Value)
            : null;

    /// <summary>The ticket on a chain that an entitlement stands for; null if a shop granted it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static Task<string?> TicketOfAsync(this IServiceProvider services, Guid entitlement, CancellationToken cancel) =>
        services.GetRequiredService<EntitlementBook>().TicketOfAsync(new(entitlement), cancel);

    /// <summary>True if it is known without asking the database that an entitlement stands for no ticket.</summary>
    public static bool IsWithoutTicket(this IServiceProvider services, Guid entitlement) => services.GetRequiredService<EntitlementBook>().IsWithoutTicket(new(entitlement));

    /// <summary>The address a request comes from, behind the proxies that are trusted; null if nobody can say.</summary>
    public static IPAddress? AddressOf(this IServiceProvider services, HttpContext context) => services.GetRequiredService<RegionResolver>().AddressOf(context);

    /// <summary>The region of an address, in words of the operator's table; null if nobody can say.</summary>
    public static string? RegionOf(this IServiceProvider services, IPAddress address) => services.GetRequiredService<RegionResolver>().Of(address);

    /// <summary>The broadcast, if the caller is its broadcaster or an operator.</summary>
    /// <exception cref="RefusedException">It is neither.</exception>
    public static Task<BroadcastId> ManagedByAsync(this IServiceProvider services, string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var links = services.GetRequiredService<LicensingLinks>();
        return user.HasClaim("role", "operator") ? links.ReadableAsync(id, user, cancel) : links.OwnedAsync(id, user, cancel);
    }

    /// <summary>The message to the outside of one of this stage's events; null if there is none.</summary>
    public static object? MessageOf(StoredEvent stored, LedgerPlace place) => LicensingMessage.Of(stored, place);

    /// <summary>Takes a message in for the webhooks that want it; done when it is in the database.</summary>
    public static Task KeepForWebhooksAsync(this IServiceProvider services, BroadcastId broadcast, object message, LedgerIndex place, StoredEvent cause, CancellationToken cancel) =>
        services.GetRequiredService<WebhookOutbox>().TakeAsync(broadcast, message, place, cause, cancel);

    /// <summary>Makes the attempt that was ordered.</summary>
    public static Task DeliverWebhookAsync(this IServiceProvider services, Guid webhook, Guid message, long turn, CancellationToken cancel) =>
        services.GetRequiredService<WebhookDelivery>().TryAsync(new(new(webhook), message, turn), cancel);

    /// <summary>Maps offers, entitlements and viewer tokens into the group <c>/v1/broadcasts</c>, which requires an API token.</summary>
    public static void MapEntitlements(this RouteGroupBuilder broadcasts)
    {
        OfferEndpoints.Map(broadcasts);
        EntitlementEndpoints.Map(broadcasts);
        BulkEndpoint.Map(broadcasts);
        ViewerTokenEndpoints.Map(broadcasts);
        PlaybackEndpoints.MapList(broadcasts);
        WebhookEndpoints.Map(broadcasts);
    }

    /// <summary>Maps the erasure of persons into the group <c>/v1/subjects</c>, which requires an API token.</summary>
    public static void MapSubjects(this RouteGroupBuilder subjects) => SubjectErasure.Map(subjects);

    /// <summary>Maps the key server for packagers into the group <c>/speke</c>, which requires an API token.</summary>
    public static void MapSpeke(this RouteGroupBuilder speke) => SpekeEndpoint.Map(speke);

    /// <summary>Maps <c>/v1/playbacks</c>; the server requires a viewer token there.</summary>
    public static IEndpointConventionBuilder MapPlaybacks(this IEndpointRouteBuilder routes) => PlaybackEndpoints.Map(routes);

    /// <summary>Maps <c>/v1/licences</c>; the server requires a viewer token there.</summary>
    public static IEndpointConventionBuilder MapLicences(this IEndpointRouteBuilder routes) => LicenceEndpoint.Map(routes);

    /// <summary>Maps <c>/v1/ticket</c>; the server requires a viewer token there.</summary>
    public static IEndpointConventionBuilder MapTickets(this IEndpointRouteBuilder routes) => TicketEndpoint.Map(routes);

    /// <summary>Maps <c>/v1/decisions</c>; the server requires a viewer token there.</summary>
    public static IEndpointConventionBuilder MapDecisions(this IEndpointRouteBuilder routes) => DecisionEndpoint.Map(routes);
}
