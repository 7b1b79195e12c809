using System.Net;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Embedded;

namespace LiveLedger.Stories;

/// <summary>Decisions made without the database reach the ledger when it is back, each once, even over a kill -9.</summary>
public sealed class Renewals_while_the_database_is_away(OneServer one)
{
    [Fact]
    public async Task Renewals_go_on_and_every_one_of_them_is_logged_once_afterwards_even_when_the_server_was_killed()
    {
        var folder = PostgresCluster.NewDirectory();
        var postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(folder));
        try
        {
            await using var server = await ServerProcess.StartAsync(postgres.ConnectionString);
            using var acme = await Broadcaster.AdmitAsync(server, "acme");
            var broadcast = await acme.GoLiveAsync();
            await broadcast.PublishAsync(one.Source, 0, 1);
            var kid = await broadcast.KeyIdAsync("0");
            var early = await Viewer.ComeAsync(broadcast, "early");
            var late = await Viewer.ComeAsync(broadcast, "late");
            await early.EntitleAsync();
            await late.EntitleAsync();
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await early.AskAsync(kid)).StatusCode);
            }

            await postgres.StopAsync();
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await early.AskAsync(kid)).StatusCode);
            }

            var refused = await late.AskAsync(kid);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            // Another key of the broadcast, as when a player changes quality: the playback is open, so it is given.
            Assert.Equal(HttpStatusCode.OK, (await early.AskAsync(await broadcast.KeyIdAsync("2"))).StatusCode);

            await server.KillAsync();
            postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(folder));
            await server.StartAgainAsync();

            // 1 first licence, 3 renewals, 20 and 1 in the outage; and the player's next request opens a playback of its own.
            await UntilAsync(async () => (await RenewalsAsync(postgres.ConnectionString)).Sum(static p => p.Count) >= 25);
            Assert.Equal(Enumerable.Range(0, 25), Assert.Single(await RenewalsAsync(postgres.ConnectionString)));
            Assert.Equal(HttpStatusCode.OK, (await early.AskAsync(kid)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await late.AskAsync(kid)).StatusCode);
            Assert.Equal([1, 1, 25], (await RenewalsAsync(postgres.ConnectionString)).Select(static p => p.Count).Order());
            Assert.Empty(Directory.GetFiles(Path.Combine(server.Data, "licensing", "spool")));
        }
        finally
        {
            await postgres.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The renewal numbers of each playback, in the order of its stream.</summary>
    private static async Task<List<List<int>>> RenewalsAsync(string connectionString)
    {
        await using var database = new LedgerDatabase(connectionString);
        var names = new List<string>();
        await using (var command = database.Source.CreateCommand("SELECT name FROM ledger.streams WHERE name LIKE 'playback/%' ORDER BY name"))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                names.Add(rows.GetString(0));
            }
        }

        var ledger = new EventStore(database, new(), TimeProvider.System);
        var playbacks = new List<List<int>>();
        foreach (var name in names)
        {
            playbacks.Add(await ledger.ReadStreamAsync(new(name)).Where(static e => e.Type == "licence-granted")
                .Select(static e => JsonNode.Parse(e.PayloadJson.Span)!["renewal"]!.GetValue<int>()).ToListAsync());
        }

        return playbacks;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); !await condition(); await Task.Delay(200))
        {
            Assert.True(DateTime.UtcNow < until, "not in 30 seconds");
        }
    }
}
