using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Stories;

/// <summary>An operator restores an older backup of the database beside a data folder that remembers more.</summary>
public sealed class A_backup_is_restored(OneServer one) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-restored-").FullName;

    [Fact]
    public async Task The_stream_plays_on_the_log_halts_and_one_command_gives_back_everything_that_was_promised()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database, Path.Combine(_folder, "data"));
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        await broadcast.WaitLoggedAsync();
        await server.StopAsync();
        var backup = await cluster.CopyDatabaseAsync(database);

        await server.StartAgainAsync();
        await broadcast.PublishAsync(one.Source, 2, 4);
        var viewer = await Viewer.ComeAsync(broadcast, "after-the-backup");
        await viewer.EntitleAsync();
        await broadcast.WaitLoggedAsync();
        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).Trim(), out var key));
        var promised = await LogAudit.CheckAsync(server.Http, key);
        await server.StopAsync();

        await server.StartOverAsync(backup);
        await UntilHaltedAsync(server);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync($"/live/{broadcast.Id}/master.m3u8")).StatusCode);
        Assert.Equal(4, (await broadcast.AuditTrackAsync("0")).Count);
        using var refused = await acme.Api.PostAsJsonAsync("/v1/broadcasts", new { title = "Now", scheme = "cbcs" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("ledger-halted", (await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());

        // The publisher goes on, and what it sends can be watched.
        await broadcast.PublishAsync(one.Source, 4, 5);
        Assert.Equal(5, (await broadcast.AuditTrackAsync("0")).Count);

        var status = await RunAsync(server, 1, "status");
        Assert.True(status.GetProperty("found").GetProperty("canRollForward").GetBoolean());
        Assert.True(status.GetProperty("found").GetProperty("missing").GetInt64() > 0);
        var rolled = await RunAsync(server, 0, "roll-forward");
        Assert.Equal("open", rolled.GetProperty("log").GetString());

        await broadcast.WaitLoggedAsync();
        var audited = await UntilPublishedAsync(server, key, entries => entries.Count(e => e.Stream == $"segments/{broadcast.Id}/0") == 5);
        Assert.Equal(promised.Entries.Select(e => e.Encode()), audited.Entries.Take(promised.Entries.Count).Select(e => e.Encode()));
        Assert.Contains(audited.Entries, e => e.Type == "log-rolled-forward");

        // The entitlement was granted after the backup was made, and it opens the stream.
        using var licence = await viewer.AskAsync(await broadcast.KeyIdAsync("0"));
        Assert.Equal(HttpStatusCode.OK, licence.StatusCode);
        Assert.Equal("open", (await RunAsync(server, 0, "status")).GetProperty("log").GetString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // What has an index is under a published checkpoint within a second.
    private static async Task<LogAudit.Audited> UntilPublishedAsync(ServerProcess server, VerifierKey key, Func<IReadOnlyList<LedgerEntry>, bool> holds)
    {
        var until = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            var audited = await LogAudit.CheckAsync(server.Http, key);
            if (holds(audited.Entries))
            {
                return audited;
            }

            Assert.True(DateTime.UtcNow < until, $"not published: {audited.Head.Size} entries");
            await Task.Delay(200);
        }
    }

    private static async Task UntilHaltedAsync(ServerProcess server)
    {
        var until = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            using var answer = await server.Http.GetAsync("/health/ready");
            if ((await answer.Content.ReadAsStringAsync()).Contains("\"halted\"", StringComparison.Ordinal))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                return;
            }

            Assert.True(DateTime.UtcNow < until, "the log does not halt");
            await Task.Delay(50);
        }
    }

    private static Task<JsonElement> RunAsync(ServerProcess server, int exit, string verb) =>
        CommandLine.AskAsync(exit, "ledger", verb, "--server", server.BaseUrl.AbsoluteUri, "--token-file", Path.Combine(server.Data, "operator.token"));
}
