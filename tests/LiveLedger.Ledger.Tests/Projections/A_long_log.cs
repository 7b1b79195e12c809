using System.Diagnostics;
using System.Globalization;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>
/// A long log, and every projection that the server registers, made again from it. In the whole run it is of 60,000 events; the long form is LIVELEDGER_LONG_LOG=1000000.
/// </summary>
public sealed class A_long_log(ITestOutputHelper output)
{
    [Fact]
    public async Task Rebuilt_it_gives_byte_identical_rows_of_every_projection_of_the_server()
    {
        var asked = int.TryParse(Environment.GetEnvironmentVariable("LIVELEDGER_LONG_LOG"), CultureInfo.InvariantCulture, out var number) ? number : 60_000;
        var broadcasts = Math.Max(asked / Season.EventsOfEach, 10);
        var count = broadcasts * Season.EventsOfEach;
        var options = await TestLedger.NewOptionsAsync();
        await using var registered = new RegisteredProjections(options.ConnectionString);
        // The server's own follow few of the events each; this one follows nearly all.
        var tallies = Tallies.Inline with { Streams = "segments/" };
        await using var ledger = await TestLedger.StartAsync(options, [.. registered.Inline, tallies], registered.Upcasters);
        var running = new List<RunningProjection>();
        foreach (var projection in registered.ByIndex)
        {
            running.Add(await RunningProjection.StartAsync(ledger, projection));
        }

        var watch = Stopwatch.StartNew();
        await Season.AppendAsync(ledger.Events, broadcasts);
        Say("appended");
        await Task.WhenAll(running.Select(p => p.UntilAsync(count)));
        Say("indexed behind the appends");
        var live = await RowsAsync();
        Say("read");
        await Task.WhenAll(running.Select(static p => p.RebuildAsync()));
        Say("rebuilt by index");
        await ledger.Inline.RebuildAllAsync();
        Say("rebuilt inline");
        var rebuilt = await RowsAsync();
        Assert.DoesNotContain(live.Keys, table => live[table] != rebuilt[table]);
        Say("read again");

        Assert.Equal((long)count, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        Assert.Equal((long)count - broadcasts * Season.OfAllBroadcasts, await ledger.ExecuteAsync("SELECT count(broadcast) FROM ledger_index.entries"));
        var ended = Enumerable.Range(0, broadcasts).Count(Season.Ends);
        Assert.Equal($"ended {ended}, live {broadcasts - ended}", await ledger.ExecuteAsync(
            "SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM broadcasts.broadcasts GROUP BY state) AS s"));
        Assert.Equal($"active {broadcasts * (Season.Viewers - Season.SentAway - 2)}, refunded {broadcasts}, revoked {broadcasts * Season.SentAway}, suspended {broadcasts}", await ledger.ExecuteAsync(
            "SELECT string_agg(standing || ' ' || n, ', ' ORDER BY standing) FROM (SELECT standing, count(*) AS n FROM entitlements.entitlements GROUP BY standing) AS s"));
        Assert.Equal((long)broadcasts * Season.Unlimited, await ledger.ExecuteAsync("SELECT count(*) FROM entitlements.entitlements WHERE subject IS NOT NULL AND offer IS NULL"));
        Assert.Equal((long)broadcasts, await ledger.ExecuteAsync("SELECT count(*) FROM webhooks.webhooks"));
        Assert.Equal($"{broadcasts * 2} {broadcasts}", await ledger.ExecuteAsync("SELECT count(*) || ' ' || count(withdrawn_at) FROM offers.offers"));
        Assert.Equal((long)broadcasts * Season.Segments, await ledger.ExecuteAsync("SELECT sum(version + 1)::bigint FROM tallies.tallies"));
        await ledger.UntilPublishedAsync(count);
        Assert.Equal(count, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
        Say("audited");
        foreach (var projection in running)
        {
            await projection.DisposeAsync();
        }

        // Of every table that a projection has, whatever its name: and none is empty, or a new projection would be equal to nothing here.
        async Task<SortedDictionary<string, string>> RowsAsync()
        {
            var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in registered.Names.Append(tallies.Name))
            {
                var tables = (string[])(await ledger.ExecuteAsync($"SELECT array_agg(schemaname || '.' || tablename) FROM pg_tables WHERE schemaname = '{name}'"))!;
                foreach (var table in tables)
                {
                    Assert.True((bool)(await ledger.ExecuteAsync($"SELECT EXISTS (SELECT FROM {table})"))!, $"{table} has no row");
                    rows[table] = await TableBytes.OfAsync(ledger.Database, table);
                }
            }

            return rows;
        }

        void Say(string what)
        {
            output.WriteLine($"{count} events {what} after {watch.Elapsed.TotalSeconds:0.0} s");
            watch.Restart();
        }
    }
}
