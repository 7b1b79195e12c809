using System.Text.Json;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Broadcasting.Ingest;
using LiveLedger.Broadcasting.Logging;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Broadcasting.Signing;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Messages.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Broadcasting;

/// <summary>How the server takes this stage in.</summary>
public static class BroadcastingRegistration
{
    /// <summary>Registers the stage. The ledger, a <see cref="KeyEncryptionKey"/>, a <see cref="TimeProvider"/> and <see cref="BroadcastingLinks"/> must be registered too.</summary>
    public static IServiceCollection AddBroadcasting(this IServiceCollection services, BroadcastingOptions options) => services
        .AddSingleton(options)
        .AddSingleton(_ => new Recordings(options.RecordingsFolder))
        .AddSingleton(s => new SessionKeys(options.KeysFolder, s.GetRequiredService<KeyEncryptionKey>()))
        .AddSingleton(BroadcastTables.Inline)
        .AddSingleton<BroadcastBook>()
        .AddSingleton<BroadcastCommands>()
        .AddSingleton<Withheld>()
        .AddSingleton<LivePipelines>()
        .AddSingleton<SegmentLog>()
        .AddSingleton<BroadcastEndpoints>()
        .AddSingleton<IngestEndpoints>()
        .AddSingleton<OriginEndpoints>()
        .AddSingleton<ManifestEndpoints>()
        // First, so that nothing that happens during the recovery is missed.
        .AddHostedService<BroadcastFollower>()
        .AddHostedService<BroadcastingRecovery>()
        .AddHostedService(s => s.GetRequiredService<SegmentLog>());

    /// <summary>Brings this stage's tables up to date.</summary>
    public static async Task UpgradeBroadcastingAsync(this LedgerDatabase database, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await SchemaUpgrade.ApplyAsync(connection, "broadcasting", typeof(BroadcastingRegistration).Assembly, "Schema", cancellation);
    }

    /// <summary>The broadcaster's identity key (43 characters of base64url), or null before it has certified the session key.</summary>
    public static async ValueTask<string?> IdentityOfAsync(this IServiceProvider services, BroadcastId id, CancellationToken cancellation) =>
        (await services.GetRequiredService<BroadcastBook>().FindAsync(id, cancellation))?.Signer?.Identity;

    /// <summary>The owner of a broadcast, or null if there is no such broadcast.</summary>
    public static async ValueTask<string?> OwnerOfAsync(this IServiceProvider services, BroadcastId id, CancellationToken cancellation) =>
        (await services.GetRequiredService<BroadcastBook>().FindAsync(id, cancellation))?.Owner;

    /// <summary>Makes a broadcast another account's. Nothing happens if it is that already, or if there is no such broadcast.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="id">The broadcast.</param>
    /// <param name="owner">The account.</param>
    /// <param name="identity">The identity key that it has named, 43 characters of base64url.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="LedgerUnavailableException">The database is away; hand it over again.</exception>
    public static Task HandOverAsync(this IServiceProvider services, BroadcastId id, string owner, string identity, CancellationToken cancellation) =>
        services.GetRequiredService<BroadcastCommands>().HandOverAsync(id, owner, identity, cancellation);

    /// <summary>The broadcast that an event starts or ends; null for every other event.</summary>
    public static (BroadcastId Broadcast, bool Ended)? TurnOf(StoredEvent stored) =>
        stored.Type is BroadcastEventJson.StartedType or BroadcastEventJson.EndedType && stored.Stream.Value.StartsWith(BroadcastTables.Prefix, StringComparison.Ordinal)
        && BroadcastId.TryParse(stored.Stream.Value[BroadcastTables.Prefix.Length..], out var broadcast)
            ? (broadcast, stored.Type == BroadcastEventJson.EndedType)
            : null;

    /// <summary>How each track of a broadcast ended: name, number of segments and SHA-256 of the last record; null while it has not ended, or if there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static async ValueTask<IReadOnlyList<(TrackName Track, uint Segments, Sha256Hash? LastRecord)>?> TotalsOfAsync(this IServiceProvider services, BroadcastId id, CancellationToken cancellation) =>
        await services.GetRequiredService<BroadcastBook>().FindAsync(id, cancellation) is { State: BroadcastState.Ended } broadcast
            ? [.. broadcast.Totals.Select(static t => (
                TrackName.TryParse(t.Track, out var name) ? name : throw new InvalidDataException("a track ended that has no name"), t.Segments,
                t.LastRecord is { } last ? new Sha256Hash(new(Convert.FromHexString(last))) : (Sha256Hash?)null))]
            : null;

    /// <summary>
    /// When the newest segment of a broadcast was served (null before the first), and whether it has ended; null if there is none, where it is live and another process publishes
    /// it, and where it has ended and not all of it is on this disk.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">It is not in memory and the database is away.</exception>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public static async ValueTask<(DateTimeOffset? Last, bool Ended)?> ServedOfAsync(this IServiceProvider services, BroadcastId id, CancellationToken cancellation)
    {
        if (await services.GetRequiredService<BroadcastBook>().FindAsync(id, cancellation) is not { } broadcast)
        {
            return null;
        }

        var recordings = services.GetRequiredService<Recordings>();
        if (broadcast.State == BroadcastState.Ended)
        {
            // One that was looked at here while another process published it may lack its end.
            var recording = recordings.FindLatest(id);
            return (recording?.HoldsAllOf(broadcast.Totals) ?? broadcast.Totals.All(static t => t.Segments == 0)) ? (recording?.LastSealedAt, true) : null;
        }

        return services.GetRequiredService<LivePipelines>().Find(id) is null ? null : (recordings.Find(id)?.LastSealedAt, false);
    }

    /// <summary>The broadcasts that are live now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static Task<IReadOnlyList<BroadcastId>> ListLiveBroadcastsAsync(this IServiceProvider services, CancellationToken cancellation) =>
        services.GetRequiredService<BroadcastBook>().ListLiveAsync(cancellation);

    /// <summary>What other stages are told of a broadcast; null if there is none. From memory while it has not ended.</summary>
    public static async ValueTask<BroadcastFacts?> FactsOfAsync(this IServiceProvider services, BroadcastId id, CancellationToken cancellation) =>
        await services.GetRequiredService<BroadcastBook>().FindAsync(id, cancellation) is { } broadcast
            ? new(broadcast.Owner, broadcast.Phase, broadcast.KeyPeriod, services.GetRequiredService<Recordings>().EdgeOf(id, services.GetRequiredService<TimeProvider>().GetUtcNow()), broadcast.Peers)
            : null;

    /// <summary>The segment that an event is the sealing of: its slot and its length in bytes; null for every other event.</summary>
    public static (BroadcastId Broadcast, TrackName Track, uint Epoch, uint Sequence, int Bytes)? SealedBy(StoredEvent stored) =>
        stored.Type == SegmentSealed.Type && JsonSerializer.Deserialize(stored.PayloadJson.Span, SegmentJson.Default.SegmentSealed) is { } s
        && BroadcastId.TryParse(s.Broadcast, out var broadcast) && TrackName.TryParse(s.Track, out var track)
            ? (broadcast, track, s.Epoch, s.Sequence, s.ByteLength)
            : null;

    /// <summary>From this stage's old events to today's schema.</summary>
    public static IEnumerable<(string Type, int Schema, Upcast Step)> Upcasts => [BroadcastEventJson.KeyPeriodsAdded, BroadcastEventJson.KeySignallingAdded, BroadcastEventJson.PeersAdded];

    /// <summary>The broadcast whose event this is, by its stream's name; null if it is none of this stage's.</summary>
    public static string? BroadcastOf(StoredEvent stored)
    {
        var name = stored.Stream.Value.Split('/');
        return name is ["broadcast", _] or ["segments", _, _] && BroadcastId.TryParse(name[1], out _) ? name[1] : null;
    }

    /// <summary>The message to the outside of one of this stage's events; null if there is none.</summary>
    public static object? MessageOf(StoredEvent stored, LedgerPlace place) => BroadcastMessage.Of(stored, place);

    /// <summary>Maps <c>/v1/broadcasts</c> into a group that requires an API token.</summary>
    public static void MapBroadcasts(this RouteGroupBuilder group) => BroadcastEndpoints.Map(group);

    /// <summary>Maps <c>/ingest</c>, which authorises by ingest key.</summary>
    public static void MapIngest(this IEndpointRouteBuilder routes) => IngestEndpoints.Map(routes);

    /// <summary>Maps <c>/live</c>, which is public.</summary>
    public static void MapOrigin(this IEndpointRouteBuilder routes)
    {
        ManifestEndpoints.Map(routes);
        OriginEndpoints.Map(routes);
    }
}
