using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Faults;

/// <summary>A server of the test's own, to be killed.</summary>
internal static class A_fault_server
{
    public static async Task<ServerProcess> StartAsync() =>
        await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
}
