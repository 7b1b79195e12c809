using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

[assembly: AssemblyFixture(typeof(LiveLedger.Stories.OneServer))]

namespace LiveLedger.Stories;

/// <summary>One real server on a real PostgreSQL for all stories, and ten seconds of video to publish.</summary>
public sealed class OneServer : IAsyncLifetime
{
    public ServerProcess Server { get; private set; } = null!;

    public CmafSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cluster = await PostgresCluster.SharedAsync();
        Server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync());
        Source = await CmafSource.MakeAsync(10);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Source.Dispose();
    }
}
