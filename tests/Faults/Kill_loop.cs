using System.Diagnostics;
using System.Globalization;
using LiveLedger.Faults.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Faults;

/// <summary>
/// kill -9 of the ledger's processes and of PostgreSQL, again and again, at moments of no choosing, while clients append all the time; in the second
/// half two processes are on the one log. LIVELEDGER_KILLS says how many kills; without it there are 50.
/// </summary>
public sealed class Kill_loop
{
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("LIVELEDGER_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 50;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task After_every_kill_the_log_is_whole_and_extends_all_it_showed_and_nothing_acknowledged_is_lost_or_moved()
    {
        var directory = PostgresCluster.NewDirectory();
        var postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
        await using var witness = await TestWitness.StartAsync(0);
        var log = SharedLog.On(postgres.ConnectionString, (await PostgresCluster.SharedAsync()).NewFolder(), witness);
        var nodes = new List<NodeProcess> { await log.StartAsync() };
        try
        {
            var memory = new OutsideMemory(log.Key);
            foreach (var half in (int[])[s_kills / 2, s_kills - s_kills / 2])
            {
                await using var load = new AppendLoad(nodes, memory, clients: 8, pause: TimeSpan.FromMilliseconds(15));
                for (var kill = 0; kill < half; kill++)
                {
                    await load.ProgressAsync(30, s_patience);
                    await Task.Delay(Random.Shared.Next(150));
                    switch (kill % 5)
                    {
                        case 1:
                            Kill(postgres.ProcessId);
                            postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
                            break;
                        case 3:
                            Kill(await SessionAsync(postgres));
                            break;
                        default:
                            var node = nodes[Random.Shared.Next(nodes.Count)];
                            await node.KillAsync();
                            await node.StartAsync();
                            break;
                    }

                    await memory.HoldAgainstAsync(nodes[kill % nodes.Count]);
                }

                await load.FinishAsync();
                nodes.Add(await log.StartAsync());
            }

            // All that was begun was acknowledged, each once: there is nothing else.
            foreach (var node in nodes)
            {
                Assert.Equal(memory.Acknowledged, (await memory.HoldAgainstAsync(node)).Entries.Count);
                Assert.Null((await node.TryStateAsync())!.Halted);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{s_kills} kills, {memory.Acknowledged} events, {memory.Checkpoints} checkpoints seen");
        }
        finally
        {
            nodes.ForEach(n => n.DisposeAsync().AsTask().Wait());
            await PostgresCluster.DeleteAsync(directory);
        }
    }

    // A session of a node: PostgreSQL then ends all others and recovers, as after a crash of its own.
    private static async Task<int> SessionAsync(EmbeddedPostgres postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database() ORDER BY random() LIMIT 1");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static void Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
            found.WaitForExit();
        }
        catch (ArgumentException)
        {
            // A session that has ended by itself meanwhile.
        }
    }
}
