using System.Text.Json;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Swarm.Admissions;
using LiveLedger.Swarm.Bans;
using LiveLedger.Swarm.Convictions;
using LiveLedger.Swarm.Grants;
using LiveLedger.Swarm.Receipts;
using LiveLedger.Swarm.Reputation;
using LiveLedger.Swarm.Sessions;
using LiveLedger.Swarm.Staying;
using LiveLedger.Swarm.Stun;
using LiveLedger.Swarm.Tracker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Swarm;

/// <summary>How the server takes this stage in.</summary>
public static class SwarmRegistration
{
    /// <summary>Registers the stage. The ledger, a <see cref="KeyEncryptionKey"/>, a <see cref="TimeProvider"/> and <see cref="SwarmLinks"/> must be registered too.</summary>
    public static IServiceCollection AddSwarm(this IServiceCollection services, SwarmOptions options) => services
        .ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AdmissionBodyJson.Default))
        .AddSingleton(options)
        .AddSingleton<PeerPseudonyms>()
        .AddSingleton(GrantTables.Inline)
        .AddSingleton<GrantBook>()
        .AddSingleton<GrantEndpoints>()
        .AddSingleton(BanTables.Inline)
        .AddSingleton<BanBook>()
        .AddSingleton<BanEndpoints>()
        .AddSingleton(ConvictionTables.Inline)
        .AddSingleton<ConvictionBook>()
        .AddSingleton<ConvictionEndpoints>()
        .AddSingleton<FraudProofEndpoint>()
        .AddSingleton<RoomPlaces>()
        .AddSingleton<TrackerAddress>()
        .AddSingleton<AdmissionDesk>()
        .AddSingleton<AdmissionEndpoint>()
        .AddSingleton<TrackerDoor>()
        .AddSingleton<StayingInForce>()
        .AddSingleton<StayingEndpoints>()
        .AddSingleton<Rooms>()
        .AddSingleton<TrackerEndpoint>()
        .AddSingleton<FiguresEndpoint>()
        .AddSingleton(static s => new StandingProjection(s.GetRequiredService<EventStore>()).Projection)
        .AddSingleton<StandingBook>()
        .AddSingleton<HeldBands>()
        .AddSingleton<StandingEndpoints>()
        .AddSingleton<AdmittedKeys>()
        .AddSingleton<ReceiptDesk>()
        .AddSingleton<ReceiptEndpoint>()
        .AddHostedService<ReputationRecorder>()
        .AddHostedService<SwarmMeter>()
        .AddHostedService(s => s.GetRequiredService<Rooms>())
        .AddHostedService<RoomKeeper>()
        .AddHostedService<SessionWriter>()
        .AddHostedService<StayingFollower>()
        .AddHostedService<SealedFollower>()
        .AddHostedService<BanFollower>()
        .AddHostedService<ConvictionFollower>()
        .AddHostedService<RightFollower>()
        .AddHostedService<GrantFollower>()
        .AddHostedService<StunResponder>();

    /// <summary>Brings this stage's tables up to date.</summary>
    public static async Task UpgradeSwarmAsync(this LedgerDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        await SchemaUpgrade.ApplyAsync(connection, "swarm", typeof(SwarmRegistration).Assembly, "Schema", cancel);
    }

    /// <summary>The name of this stage's meter.</summary>
    public const string MeterName = SwarmMeter.Name;

    /// <summary>Opens this stage's own key, or makes it: a wrong key-encryption key is found out before anything is answered.</summary>
    /// <exception cref="KeyFileException">The key-encryption key does not open it, or disk says no.</exception>
    public static void OpenSwarmKeys(this IServiceProvider services) => services.GetRequiredService<PeerPseudonyms>();

    /// <summary>A segment can be had: its room deals it out.</summary>
    public static void SegmentSealed(this IServiceProvider services, SealedNotice segment) => services.GetRequiredService<Rooms>().Sealed(segment);

    /// <summary>The broadcast whose event this is, as its payload says; null if it is none of this stage's, or of all broadcasts.</summary>
    public static string? BroadcastOf(StoredEvent stored)
    {
        if (stored.Stream.Value.Split('/') is not ["admission" or "relay" or "ban" or "conviction" or "sessions" or "receipts" or "fork", ..])
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

    /// <summary>Maps relays' grants and bans into the group <c>/v1/broadcasts</c>, which requires an API token.</summary>
    public static void MapSwarmOfBroadcasts(this RouteGroupBuilder broadcasts)
    {
        GrantEndpoints.MapOfBroadcast(broadcasts);
        BanEndpoints.Map(broadcasts);
        ConvictionEndpoints.Map(broadcasts);
        FiguresEndpoint.Map(broadcasts);
        StandingEndpoints.Map(broadcasts);
    }

    /// <summary>Maps <c>/v1/relays</c> into a group that requires an API token.</summary>
    public static void MapRelays(this RouteGroupBuilder relays) => GrantEndpoints.MapOfAll(relays);

    /// <summary>Maps <c>/v1/swarm/staying-model</c> into a group that requires an API token.</summary>
    public static void MapStaying(this RouteGroupBuilder swarm) => StayingEndpoints.Map(swarm);

    /// <summary>Maps the request for an admission; the server requires a viewer's or a relay's token there.</summary>
    public static IEndpointConventionBuilder MapAdmissions(this IEndpointRouteBuilder routes) => AdmissionEndpoint.Map(routes);

    /// <summary>Maps what a relay is told of its own grant; the server requires its token there.</summary>
    public static IEndpointConventionBuilder MapOwnRelay(this IEndpointRouteBuilder routes) => GrantEndpoints.MapOwn(routes);

    /// <summary>Maps what is public: how to ask for an admission, fraud proofs, receipts (their signatures say who hands them in), and the tracker.</summary>
    public static void MapTracker(this IEndpointRouteBuilder routes)
    {
        AdmissionEndpoint.MapAsking(routes);
        FraudProofEndpoint.Map(routes);
        TrackerEndpoint.Map(routes);
        ReceiptEndpoint.Map(routes);
    }
}
