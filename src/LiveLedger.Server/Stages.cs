using LiveLedger.Anchoring;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Broadcasting;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Http;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Projections;
using LiveLedger.Licensing;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Server.Authentication;
using LiveLedger.Server.Keys;
using LiveLedger.Server.Messaging;
using LiveLedger.Server.Settings;
using LiveLedger.Swarm;
using LiveLedger.Transparency.Notes;
using MassTransit;

namespace LiveLedger.Server;

/// <summary>Ties the stages together. They do not know one another: each says in its links what it needs, and gets it here.</summary>
internal static class Stages
{
    public static void AddStages(this IServiceCollection services, ServerSettings settings, DataFolder data, ServerKeys keys, string connectionString)
    {
        services.AddSingleton(keys.Kek);
        // Who acts on events reads them through these; who proves them does not. A step that gives other rows raises its tables' version.
        services.AddSingleton(new Upcasters([.. LicensingRegistration.Upcasts, .. BroadcastingRegistration.Upcasts]));
        // Two logs must not share a name, so without one the key gives it.
        var origin = settings.LogOrigin ?? $"liveledger.local/{JwkThumbprint.Of(keys.Log.PublicKey)[..16]}";
        var ledger = InForce(new()
        {
            ConnectionString = connectionString,
            Origin = origin,
            LogKey = keys.Log,
            CheckpointFile = data.Checkpoint,
            JournalFolder = data.Journal,
        });
        services.AddLedger(ledger with { Witnesses = WitnessFile.Checked(settings.Witnesses, VerifierKey.Of(ledger.Origin, keys.Log.PublicKey)) });

        services.AddMessages(settings, ledger.Origin);

        // What these say of old events is in the audit index: whoever changes it raises AuditIndex.Version.
        services.AddAudit(s => new AuditLinks
        {
            BroadcastOf = static e => BroadcastingRegistration.BroadcastOf(e) ?? LicensingRegistration.BroadcastOf(e) ?? SwarmRegistration.BroadcastOf(e) ?? AnchoringRegistration.BroadcastOf(e),
            OwnerOf = (name, cancellation) => BroadcastId.TryParse(name, out var id) ? s.OwnerOfAsync(id, cancellation) : new((string?)null),
            AnchorsFor = settings.Chain is null ? null : s.AnchorsForAsync,
        });

        services.AddSingleton(s => new LicensingLinks
        {
            OwnerOf = s.OwnerOfAsync,
            FactsOf = s.FactsOfAsync,
            IdentityOf = s.IdentityOfAsync,
            DeliverWebhook = (webhook, message, turn, cancel) => MessageBus.DeliverAsync(s.GetRequiredService<IBus>(), ledger.Origin, new(webhook, message, turn), cancel),
            IssueViewerToken = (viewer, broadcast, lifetime) =>
            {
                var token = s.GetRequiredService<TokenIssuer>().ForViewer(viewer, broadcast.ToString(), lifetime);
                return (token.Text, token.ExpiresAt);
            },
        });
        services.AddLicensing(new()
        {
            KeysFolder = data.Keys,
            SpoolFolder = Path.Combine(data.Licensing, "spool"),
            PublicUrl = settings.PublicUrl,
            KeyServer = settings.KeyServer,
            RegionsFile = settings.Regions,
            TrustedProxies = settings.TrustedProxies,
            PrivateWebhooks = settings.PrivateWebhooks,
        });

        services.AddSingleton(static s => new BroadcastingLinks
        {
            CreateContentKeys = s.CreateContentKeysAsync,
            ContentKeyFor = s.ContentKeyFor,
            ContentKeyIdFor = s.ContentKeyIdFor,
            ViewerCount = s.CountViewers,
            SegmentSealed = (broadcast, track, epoch, sequence, bytes) => s.SegmentSealed(new(broadcast, track, epoch, sequence, ChunkTree.CountFor(bytes))),
        });
        services.AddBroadcasting(new() { RecordingsFolder = data.Broadcasts, KeysFolder = Path.Combine(data.Keys, "broadcasts"), PublicUrl = settings.PublicUrl, LiveWindow = settings.LiveWindow, Systems = settings.Systems });

        services.AddSwarm(settings, data);
        if (settings.Chain is { } chain)
        {
            services.AddAnchoring(settings, chain, ledger.Origin);
        }
    }

    private static void AddAnchoring(this IServiceCollection services, ServerSettings settings, ChainSettings chain, string origin)
    {
        services.AddSingleton(s => new AnchoringLinks
        {
            OwnerOf = s.OwnerOfAsync,
            IdentityOf = s.IdentityOfAsync,
            TotalsOf = s.TotalsOfAsync,
            TurnOf = BroadcastingRegistration.TurnOf,
            ServedOf = s.ServedOfAsync,
            HandOver = s.HandOverAsync,
            PlaybackOpenedBy = LicensingRegistration.PlaybackOpenedBy,
            TicketOf = s.TicketOfAsync,
            IsWithoutTicket = s.IsWithoutTicket,
            SettleTicket = (broadcast, ticket, standing, wallet, cancel) =>
                s.SettleTicketAsync(broadcast, ticket, Enum.Parse<Licensing.TicketStanding>(standing.ToString()), wallet, cancel),
            LinkWallet = s.LinkWalletAsync,
            UnlinkWallet = s.UnlinkWalletAsync,
            WalletsOf = async (broadcast, viewer, cancel) => [.. (await s.WalletsOfAsync(broadcast, viewer, cancel)).Select(static w => (w.Wallet, w.LinkedAt))],
            ViewerOfWallet = s.ViewerOfWalletAsync,
            DeriveSecret = s.DeriveBroadcastSecret,
            IssueViewerToken = (viewer, broadcast, lifetime) =>
            {
                var token = s.GetRequiredService<TokenIssuer>().ForWallet(viewer, broadcast.ToString(), lifetime);
                return (token.Text, token.ExpiresAt);
            },
            OrderAnchor = (reason, size, cancel) => MessageBus.AnchorAsync(s.GetRequiredService<IBus>(), origin, new(reason, size), cancel),
        });
        services.AddAnchoring(new() { Chain = chain, PublicUrl = settings.PublicUrl });
    }

    private static void AddSwarm(this IServiceCollection services, ServerSettings settings, DataFolder data)
    {
        services.AddSingleton(static s =>
        {
            var issuer = s.GetRequiredService<TokenIssuer>();
            return new SwarmLinks
            {
                Issuer = issuer.Name,
                PlatformKey = issuer.PublicKey,
                SignAdmission = issuer.Sign,
                SignRevocation = issuer.Sign,
                SignRelayToken = (grant, lifetime) =>
                {
                    var token = issuer.ForRelay(grant, lifetime);
                    return (token.Text, token.ExpiresAt);
                },
                RightOf = async (context, playback, cancel) =>
                {
                    var right = await s.PlaybackRightOfAsync(context, playback, cancel);
                    return new(right.Broadcast, right.Entitlement, Enum.Parse<PeerSharingRule>(right.Sharing, ignoreCase: true), right.Peers);
                },
                EndedBy = LicensingRegistration.EntitlementEndedBy,
                SealedBy = static stored => BroadcastingRegistration.SealedBy(stored) is var (broadcast, track, epoch, sequence, bytes) ? new(broadcast, track, epoch, sequence, ChunkTree.CountFor(bytes)) : null,
                FactsOf = s.FactsOfAsync,
                LiveBroadcasts = s.ListLiveBroadcastsAsync,
                IdentityOf = s.IdentityOfAsync,
                AddressOf = s.AddressOf,
                RegionOf = s.RegionOf,
                ManagedBy = s.ManagedByAsync,
            };
        });
        services.AddSwarm(new() { KeysFolder = data.Keys, PublicUrl = settings.PublicUrl, OwnUrl = settings.OwnUrl, MinViewers = settings.MeshFrom, StunPort = settings.StunPort, Turn = settings.Turn });
    }

    private static LedgerOptions InForce(LedgerOptions first)
    {
        try
        {
            return Succession.InForce(first);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new StartFailure("succession-unreadable", e.Message);
        }
    }

    /// <summary>Opens the stages' keys, and brings the schemas of the ledger and of each stage up to this build.</summary>
    public static async Task PrepareStagesAsync(this IServiceProvider services)
    {
        var database = services.GetRequiredService<LedgerDatabase>();
        try
        {
            services.OpenLicensingKeys();
            services.OpenSwarmKeys();
            services.OpenRegions();
            await database.UpgradeAsync();
            await database.UpgradeLicensingAsync(CancellationToken.None);
            await database.UpgradeBroadcastingAsync(CancellationToken.None);
            await database.UpgradeSwarmAsync(CancellationToken.None);
            if (services.GetService<AnchoringLinks>() is not null)
            {
                await database.UpgradeAnchoringAsync(CancellationToken.None);
            }

            await services.GetRequiredService<InlineRebuild>().PrepareAsync();
        }
        catch (KeyFileException e)
        {
            throw new StartFailure("key-unusable", e.Message);
        }
        catch (InvalidDataException e) when (e.InnerException is not null)
        {
            throw new StartFailure("regions-unusable", e.Message);
        }
        catch (ProjectionNewerException e)
        {
            throw new StartFailure("database-schema", $"{e.Message}; start that version");
        }
        catch (Npgsql.NpgsqlException e)
        {
            throw new StartFailure("database-schema", $"the database does not take our tables: {e.Message}");
        }
    }

    public static void MapStages(this WebApplication app)
    {
        // Public, for any page: what is in the log, and ciphertext with its records.
        app.MapGroup("").RequireCors(Hosting.AnyOrigin).WithTags("log").MapLog();
        app.MapGroup("").RequireCors(Hosting.AnyOrigin).WithTags("origin").MapOrigin();

        app.MapGroup("/v1/ledger").RequireAuthorization(Registration.ApiPolicy).WithTags("ledger").MapAudit();

        var broadcasts = app.MapGroup("/v1/broadcasts").RequireAuthorization(Registration.ApiPolicy).WithTags("broadcasts");
        broadcasts.MapBroadcasts();
        broadcasts.MapEntitlements();
        broadcasts.MapSwarmOfBroadcasts();
        app.MapGroup("/v1/relays").RequireAuthorization(Registration.ApiPolicy).MapRelays();
        app.MapGroup("/v1/swarm").RequireAuthorization(Registration.ApiPolicy).MapStaying();
        app.MapGroup("/v1/subjects").RequireAuthorization(Registration.ApiPolicy).WithTags("subjects").MapSubjects();

        app.MapGroup("/speke").RequireAuthorization(Registration.ApiPolicy).WithTags("speke").MapSpeke();

        // Opened by a viewer token, which a page on any origin may hold.
        app.MapLicences().RequireAuthorization(Registration.ViewerPolicy).RequireCors(Hosting.AnyOrigin);
        app.MapPlaybacks().RequireAuthorization(Registration.ViewerPolicy).RequireCors(Hosting.AnyOrigin);
        app.MapTickets().RequireAuthorization(Registration.ViewerPolicy).RequireCors(Hosting.AnyOrigin);
        app.MapDecisions().RequireAuthorization(Registration.ViewerPolicy).RequireCors(Hosting.AnyOrigin);

        // And by a relay's.
        app.MapAdmissions().RequireAuthorization(Registration.PeerPolicy).RequireCors(Hosting.AnyOrigin);
        app.MapOwnRelay().RequireAuthorization(Registration.RelayPolicy);
        app.MapGroup("").RequireCors(Hosting.AnyOrigin).MapTracker();

        // Opened by an ingest key.
        app.MapIngest();

        if (app.Services.GetService<AnchoringLinks>() is not null)
        {
            app.MapGroup("/v1/chain").RequireCors(Hosting.AnyOrigin).WithTags("chain").MapChain();
            app.MapGroup("/v1/chain").RequireAuthorization(Registration.OperatorPolicy).WithTags("chain").MapChainAccount();
            app.MapGroup("/v1/broadcasts").RequireCors(Hosting.AnyOrigin).MapSales();
            broadcasts.MapOwnership();
            app.MapWallet().RequireAuthorization(Registration.ViewerPolicy);
        }
    }
}
