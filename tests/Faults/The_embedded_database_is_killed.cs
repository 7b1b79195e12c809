using System.Diagnostics;
using System.Globalization;
using System.Net;
using LiveLedger.Faults.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Faults;

/// <summary>The server as anybody runs it, with its own PostgreSQL: killed in turn, the one and the other, and in the end both at once.</summary>
public sealed class The_embedded_database_is_killed
{
    [Fact]
    public async Task The_server_starts_it_again_and_no_answered_command_is_lost()
    {
        var data = PostgresCluster.NewDirectory();
        var created = new List<string>();
        try
        {
            await using var server = await ServerProcess.StartAsync(database: null, data);
            Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).Trim(), out var key));
            var memory = new OutsideMemory(key);
            using var studio = await Broadcaster.AdmitAsync(server, "studio");
            for (var kill = 0; kill < 5; kill++)
            {
                created.Add((await studio.CreateAsync()).Id.ToString());
                memory.Remember(await server.Http.GetByteArrayAsync("/log/checkpoint"));
                var before = Postmaster(data);
                var ends = kill is 0 or 2 or 4;
                if (ends)
                {
                    using var postmaster = Process.GetProcessById(before);
                    postmaster.Kill();
                }

                if (kill is 1 or 4)
                {
                    await server.KillAsync();
                    await server.StartAgainAsync();
                }
                else if (kill == 3)
                {
                    await Task.Delay(300);
                }

                // Its processes live on for a moment, and the server is ready as long as they answer.
                await Until.TrueAsync(() => Task.FromResult(!ends || (Postmaster(data) is not 0 and var now && now != before)), "the database was started again");
                await Until.TrueAsync(async () => (await server.Http.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK, "the server is ready again");
            }

            created.Add((await studio.CreateAsync()).Id.ToString());
            LogAudit.Audited? log = null;
            await Until.TrueAsync(async () => (log = await LogAudit.CheckAsync(server.Http, key)).Entries.Count(e => e.Type == "broadcast-created") == created.Count, "all are in the log");
            Assert.Equal(created.Select(id => $"broadcast/{id}").Order(), log!.Entries.Where(e => e.Type == "broadcast-created").Select(e => e.Stream).Order());
            memory.HoldAgainst(log);
            Assert.Equal(0, await server.StopAsync());
        }
        finally
        {
            await PostgresCluster.DeleteAsync(Path.Combine(data, "postgres"));
            Directory.Delete(data, recursive: true);
        }
    }

    // 0 while there is none.
    private static int Postmaster(string data)
    {
        try
        {
            return int.Parse(File.ReadLines(Path.Combine(data, "postgres", "cluster", "postmaster.pid")).FirstOrDefault("0"), CultureInfo.InvariantCulture);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
