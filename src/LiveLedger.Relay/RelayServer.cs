using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Relay.Broadcasts;
using LiveLedger.Relay.Caching;
using LiveLedger.Relay.Grants;
using LiveLedger.Relay.Http;
using LiveLedger.Relay.Links;
using LiveLedger.Relay.Platforms;
using LiveLedger.Relay.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Relay;

/// <summary>A running relay: it has no content key and nothing to decrypt with, and passes on no byte that it has not checked.</summary>
public sealed class RelayServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly RelayCounters _counters = new();
    private readonly RelayShelf _shelf;
    private readonly RelayedBroadcasts _broadcasts;
    private readonly ServerApi? _api;
    private readonly Ed25519PrivateKey? _key;
    private readonly Membership? _membership;
    private readonly WebApplication _app;

    private RelayServer(RelayOptions options, TimeProvider time)
    {
        // First what may fail: nothing runs yet.
        _key = options.Token is null ? null : RelayKeyFile.LoadOrCreate(options.KeyFile ?? throw new ArgumentException("a relay with a token has a key file", nameof(options)));
        _app = RelayHosting.Build(options);
        var disk = options.CacheFolder is { } folder ? new DiskCache(folder, options.DiskBytes) : null;
        _shelf = new(new(options.MemoryBytes), disk, new UpstreamSource(options.Upstream ?? options.Server, _counters), _counters);
        _broadcasts = new(_shelf, time, _stopping.Token);
        if (_key is not null)
        {
            _api = new(options.Server, options.Token);
            _membership = new(_api, _key, _counters, options.Origin, time, _stopping.Token);
        }

        foreach (var id in options.Broadcasts)
        {
            Carry(id, options.Identity);
        }

        if (options.IsForAll && _membership is { } membership)
        {
            membership.Grant.Told = new GrantedBroadcasts(id => Carry(id, options.Identity), Drop, time).Take;
        }

        _app.UseAnyOrigin();
        _app.UseWebSockets();
        _app.MapGet("/health/live", static () => Results.Text("live"));
        // Ready: it knows what to carry, and can judge what it fetches.
        _app.MapGet("/health/ready", () => (!options.IsForAll || _membership is { Grant.IsKnown: true }) && _broadcasts.All.All(static b => b.Identity is not null)
            ? Results.Text("ready")
            : Results.Text("not admitted yet", statusCode: 503));
        new ObjectEndpoints(_broadcasts, _counters).Map(_app);
        new PeerEndpoint(id => _membership?.Find(id), time, _stopping.Token).Map(_app);
    }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<string> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];

    /// <summary>Done, with the reason, if the relay has no grant any more. It is for its owner to end it.</summary>
    public Task<string> Over => _membership?.Grant.Over ?? new TaskCompletionSource<string>().Task;

    /// <summary>How it is.</summary>
    public RelayStatus Status => new(
        _broadcasts.All.Count(), _membership?.Links ?? 0, _membership?.Joined ?? 0, _counters.FetchedBytes, _counters.SentBytes, _counters.PeerBytes,
        _shelf.Memory.Cost, _shelf.Disk?.Bytes ?? 0, _counters.Refused, _counters.Rotten, _membership?.Failures ?? []);

    /// <summary>Starts one; it listens when this returns.</summary>
    /// <exception cref="IOException">An address, a folder or a file cannot be had.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate for https is none.</exception>
    public static async Task<RelayServer> StartAsync(RelayOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var server = new RelayServer(options, time);
        try
        {
            await server._app.StartAsync(cancellation);
            server._membership?.Start();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_membership is not null)
        {
            await _membership.LeaveAsync();
        }

        await _stopping.CancelAsync();
        await _app.StopAsync(CancellationToken.None);
        if (_membership is not null)
        {
            await _membership.EndAsync();
        }

        await _app.DisposeAsync();
        if (_shelf.Disk is { } disk)
        {
            await disk.DisposeAsync();
        }

        _shelf.Upstream.Dispose();
        _api?.Dispose();
        _key?.Dispose();
    }

    private void Carry(BroadcastId id, Ed25519PublicKey? identity)
    {
        var broadcast = _broadcasts.Add(id, identity);
        _membership?.Add(broadcast);
    }

    private void Drop(BroadcastId id)
    {
        _broadcasts.Remove(id);
        _ = _membership?.RemoveAsync(id);
    }
}
