using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Links;

namespace LiveLedger.Relay.Tests;

/// <summary>A relay that a platform has admitted, and who may link with it.</summary>
internal sealed class AdmittedRelay : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-relay-").FullName;

    private AdmittedRelay(Upstream upstream, TestPlatform platform) => (Upstream, Platform) = (upstream, platform);

    public Upstream Upstream { get; }

    public TestPlatform Platform { get; }

    public RunningRelay Relay { get; private set; } = null!;

    public string KeyFile => Path.Combine(_folder, "relay.key");

    public static async Task<AdmittedRelay> StartAsync(Func<RelayOptions, RelayOptions>? change = null, Action<TestPlatform>? platform = null)
    {
        var upstream = await Upstream.StartAsync();
        var swarm = new AdmittedRelay(upstream, await TestPlatform.StartAsync(upstream));
        platform?.Invoke(swarm.Platform);
        swarm.Relay = await RunningRelay.StartAsync(upstream, o => (change ?? (static x => x))(o with
        {
            Server = swarm.Platform.Address,
            Upstream = upstream.Address,
            Identity = null,
            Token = TestPlatform.Token,
            KeyFile = swarm.KeyFile,
        }));
        await Patience.UntilAsync(() => swarm.Relay.Http.GetAsync("/health/ready").Result.IsSuccessStatusCode, "the relay is admitted");
        return swarm;
    }

    public Task<TestPeer> LinkAsync(LinkSelf? self = null, string origin = TestPlatform.Origin) =>
        TestPeer.LinkAsync(Relay.Address, Upstream.Broadcast, Platform.Verifier, self ?? Platform.Admit(), Platform.Now, origin, Relay.Certificate);

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        await Platform.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
