using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>However many files of grants are worked on, most of the database's sessions are there for others.</summary>
public sealed class Files_of_grants_leave_room
{
    private const int Lines = 40;
    private const int GrantsAtOnce = 32;

    [Fact]
    public async Task Of_all_files_together_32_lines_are_granted_at_a_time()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database);
        using var first = await Broadcaster.AdmitAsync(server, "first-shop");
        using var second = await Broadcaster.AdmitAsync(server, "second-shop");
        var sales = new[] { await OfferAsync(first), await OfferAsync(second) };

        // A file looks at its offer once, for whose keys to make; then each line does before it is granted, and waits here.
        await using var held = await HeldLock.AnswersAsync(database, "offers.offers", after: 4);
        var sent = sales.SelectMany(sale => (string[])["day", "night"], static (sale, file) => SendAsync(sale, file)).ToList();
        await held.UntilWaitingAsync(GrantsAtOnce);
        // Without a bound in all they would be 16 of each file, twice as many, and at once: there is nothing that would keep the others back.
        for (var watched = Stopwatch.StartNew(); watched.Elapsed < TimeSpan.FromSeconds(2); await Task.Delay(50))
        {
            Assert.Equal(GrantsAtOnce, await held.WaitingAsync());
        }

        await first.CreateAsync();
        await held.LetGoAsync();
        Assert.All(await Task.WhenAll(sent), static last => Assert.Equal($$"""{"lines":{{Lines}},"granted":{{Lines}},"refused":0}""", last));
    }

    private static async Task<Sale> OfferAsync(Broadcaster shop)
    {
        var broadcast = await shop.CreateAsync();
        var made = await shop.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { name = "Ticket" });
        return new(broadcast, (await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>());
    }

    private static async Task<string> SendAsync(Sale sale, string file)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{sale.Broadcast.Id}/entitlements/bulk")
        {
            Content = new StringContent(
                string.Join('\n', Enumerable.Range(0, Lines).Select(n => $$"""{"viewer":"{{file}}-{{n}}","offer":"{{sale.Offer}}"}""")), Encoding.UTF8, "application/x-ndjson"),
            Headers = { { "Idempotency-Key", file } },
        };
        var answer = await sale.Broadcast.Owner.Api.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadAsStringAsync()).TrimEnd().Split('\n')[^1];
    }

    private sealed record Sale(RunningBroadcast Broadcast, string Offer);
}
