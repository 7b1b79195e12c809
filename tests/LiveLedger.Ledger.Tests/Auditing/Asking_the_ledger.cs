using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests.Auditing;

/// <summary>What an auditor asks, against what the published log says by itself.</summary>
public sealed class Asking_the_ledger(AuditedHost host) : IClassFixture<AuditedHost>
{
    private static readonly DateTimeOffset s_epoch = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_question_gives_exactly_the_entries_that_meet_it_page_by_page_and_in_lines()
    {
        var entries = await AppendAsync();
        var random = new Random(7);
        using var auditor = host.As("auditor");
        for (var question = 0; question < 120; question++)
        {
            var (query, meets) = Question(random, entries.Count);
            var expected = entries.Select((e, i) => (e, i)).Where(x => meets(x.e, x.i)).Select(x => (long)x.i).ToArray();

            var limit = random.Next(1, 1000);
            var paged = new List<JsonElement>();
            for (long? from = null; ;)
            {
                // A page goes on where the last one said, with the other filters as they were.
                var page = await auditor.GetFromJsonAsync<JsonElement>(from is null ? $"{query}&limit={limit}" : $"{WithoutFrom(query)}&from={from}&limit={limit}");
                var items = page.GetProperty("items").EnumerateArray().ToArray();
                Assert.InRange(items.Length, 0, limit);
                paged.AddRange(items);
                if (page.GetProperty("next").ValueKind == JsonValueKind.Null)
                {
                    break;
                }

                from = page.GetProperty("next").GetInt64();
            }

            Assert.Equal(expected, paged.Select(e => e.GetProperty("index").GetInt64()));

            var lines = await LinesAsync(auditor, query);
            Assert.Equal(expected, lines[..^1].Select(e => e.GetProperty("index").GetInt64()));
            Assert.Equal(JsonValueKind.Null, lines[^1].GetProperty("next").ValueKind);
        }
    }

    [Fact]
    public async Task Every_row_can_be_checked_by_itself_against_the_published_tree()
    {
        await AppendAsync();
        var audited = await host.CheckAsync();
        using var auditor = host.As("auditor");
        var rows = (await LinesAsync(auditor, "/v1/ledger/entries?broadcast=of-acme"))[..^1];
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var bytes = row.GetProperty("entry").GetBytesFromBase64();
            Assert.True(LedgerEntry.TryParse(bytes, out var entry));
            Assert.Equal(audited.Entries[row.GetProperty("index").GetInt32()], entry);
            Assert.Equal(LeafHash.Of(bytes).Value.ToArray(), row.GetProperty("leaf").GetBytesFromBase64());
            Assert.Equal(entry!.Payload, PayloadDigest.Of(row.GetProperty("salt").GetBytesFromBase64(), row.GetProperty("payload").GetBytesFromBase64()));
        }
    }

    [Fact]
    public async Task A_missing_row_of_a_stream_shows_by_the_streams_head()
    {
        await AppendAsync();
        using var auditor = host.As("auditor");
        var heads = (await auditor.GetFromJsonAsync<JsonElement>("/v1/ledger/streams?broadcast=of-acme")).GetProperty("items").EnumerateArray().ToArray();
        Assert.NotEmpty(heads);
        foreach (var head in heads)
        {
            var name = head.GetProperty("stream").GetString()!;
            var rows = (await LinesAsync(auditor, $"/v1/ledger/entries?stream={name}"))[..^1];
            Assert.Equal(head.GetProperty("version").GetInt64() + 1, rows.Length);
            Assert.Equal(head.GetProperty("index").GetInt64(), rows[^1].GetProperty("index").GetInt64());

            var one = await auditor.GetFromJsonAsync<JsonElement>($"/v1/ledger/streams/{name}");
            Assert.Equal(head.GetProperty("version").GetInt64(), one.GetProperty("version").GetInt64());
            Assert.Equal("of-acme", one.GetProperty("broadcast").GetString());
        }
    }

    [Fact]
    public async Task A_page_of_large_payloads_ends_early_and_says_where_to_go_on()
    {
        await AppendAsync();
        var large = new byte[NewEvent.MaxPayloadLength];
        Array.Fill(large, (byte)' ');
        "{}"u8.CopyTo(large);
        var before = (await host.CheckAsync()).Entries.Count;
        await host.Events.AppendAsync(new("test/large"), ExpectedVersion.Any, [.. Enumerable.Range(0, 6).Select(_ => TestEvents.New() with { PayloadJson = large })]);
        await host.UntilAsync(before + 6);

        using var auditor = host.As("auditor");
        var page = await auditor.GetFromJsonAsync<JsonElement>("/v1/ledger/entries?stream=test/large");
        Assert.Equal(3, page.GetProperty("items").GetArrayLength());
        Assert.Equal(page.GetProperty("items")[2].GetProperty("index").GetInt64() + 1, page.GetProperty("next").GetInt64());
        Assert.Equal(6, (await LinesAsync(auditor, "/v1/ledger/entries?stream=test/large")).Length - 1);
    }

    [Fact]
    public async Task Lines_up_to_a_limit_end_with_the_index_to_go_on_from()
    {
        await AppendAsync();
        using var auditor = host.As("operator");
        var lines = await LinesAsync(auditor, "/v1/ledger/entries?limit=1203");
        Assert.Equal(Enumerable.Range(0, 1203).Select(i => (long)i), lines[..^1].Select(l => l.GetProperty("index").GetInt64()));
        Assert.Equal(1203, lines[^1].GetProperty("next").GetInt64());
    }

    private static async Task<JsonElement[]> LinesAsync(HttpClient client, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, query) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/x-ndjson") } } };
        using var answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)];
    }

    private static (string Query, Func<LedgerEntry, int, bool> Meets) Question(Random random, int size)
    {
        var query = "/v1/ledger/entries?";
        Func<LedgerEntry, int, bool> meets = static (_, _) => true;
        void And(string parameter, Func<LedgerEntry, int, bool> condition)
        {
            query += $"&{parameter}";
            var others = meets;
            meets = (e, i) => others(e, i) && condition(e, i);
        }

        string Pick(params string[] of) => of[random.Next(of.Length)];
        if (random.Next(3) == 0 && Pick("of-acme", "of-rival", "of-nobody") is var broadcast)
        {
            And($"broadcast={broadcast}", (e, _) => e.Stream.Split('/') is ["show", var b, ..] && b == broadcast);
        }

        if (random.Next(4) == 0 && Pick("show/of-acme/1", "test/2", "test/nothing") is var stream)
        {
            And($"stream={stream}", (e, _) => e.Stream == stream);
        }

        if (random.Next(3) == 0 && Pick("system", "broadcaster") is var actor)
        {
            And($"actor={actor}", (e, _) => e.Actor == actor);
        }

        if (random.Next(3) == 0 && Pick("thing-began", "thing-ended", "thing-rare") is var type)
        {
            And($"type={type}", (e, _) => e.Type == type);
        }

        if (random.Next(3) == 0 && random.Next(size - 1) is var from && random.Next(from + 1, size + 10) is var to)
        {
            And($"from={from}&to={to}", (_, i) => i >= from && i < to);
        }

        var since = s_epoch.AddSeconds(random.Next(5000));
        var until = since.AddSeconds(random.Next(1, 1500));
        switch (random.Next(4))
        {
            case 0: And($"since={since:yyyy-MM-dd'T'HH:mm:ss'Z'}", (e, _) => e.RecordedAt >= since); break;
            case 1: And($"until={until:yyyy-MM-dd'T'HH:mm:ss'Z'}", (e, _) => e.RecordedAt < until); break;
            case 2: And($"since={since:yyyy-MM-dd'T'HH:mm:ss'Z'}&until={until:yyyy-MM-dd'T'HH:mm:ss'Z'}", (e, _) => e.RecordedAt >= since && e.RecordedAt < until); break;
        }

        return (query, meets);
    }

    private static string WithoutFrom(string query) => string.Join('&', query.Split('&').Where(static p => !p.StartsWith("from=", StringComparison.Ordinal)));

    // Some blocks of entries, by appenders whose clocks disagree by minutes. Once for the class; tests only add behind it.
    private async Task<IReadOnlyList<LedgerEntry>> AppendAsync()
    {
        const int count = 4200;
        if (host.State.KnownSize < count)
        {
            var random = new Random(1);
            string[] streams = ["show/of-acme/1", "show/of-acme/2", "show/of-rival/1", "test/1", "test/2"];
            for (var done = 0; done < count;)
            {
                var clock = new EventStore(host.Database, host.State, new FixedTime(s_epoch.AddSeconds(done + random.Next(-200, 200)).AddTicks(random.Next(1_000_000) * 10L)));
                var events = Enumerable.Range(0, Math.Min(random.Next(1, 60), count - done)).Select(n => TestEvents.New(n) with
                {
                    Type = random.Next(50) == 0 ? "thing-rare" : random.Next(2) == 0 ? "thing-began" : "thing-ended",
                    Actor = random.Next(3) == 0 ? "broadcaster" : "system",
                }).ToArray();
                await clock.AppendAsync(new(streams[random.Next(streams.Length)]), ExpectedVersion.Any, events);
                done += events.Length;
            }
        }

        await host.UntilAsync(count);
        return (await host.CheckAsync()).Entries;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
