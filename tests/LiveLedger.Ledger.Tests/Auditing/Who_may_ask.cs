using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LiveLedger.Ledger.Tests.Auditing;

/// <summary>Who may ask the ledger what, and what is no question.</summary>
public sealed class Who_may_ask(AuditedHost host) : IClassFixture<AuditedHost>
{
    [Theory]
    [InlineData("brodcast=of-acme")]
    [InlineData("stream=")]
    [InlineData("stream=a&stream=b")]
    [InlineData("type=a%00b")]
    [InlineData("type=a%0Ab")]
    [InlineData("from=-1")]
    [InlineData("from=01")]
    [InlineData("from=1e3")]
    [InlineData("from=99999999999999999999")]
    [InlineData("from=5&to=5")]
    [InlineData("from=6&to=5")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=+5")]
    [InlineData("limit=99999999999")]
    [InlineData("since=2026-01-01")]
    [InlineData("since=2026-01-01T00:00:00")]
    [InlineData("since=2026-01-01T00:00:00%2B01:00")]
    [InlineData("since=2026-02-30T00:00:00Z")]
    [InlineData("since=2026-01-01T00:00:00.1234567Z")]
    [InlineData("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")]
    public async Task What_is_no_question_is_refused_by_name(string query)
    {
        using var auditor = host.As("auditor");
        Assert.Equal((HttpStatusCode.BadRequest, "query-invalid"), await AnswerAsync(auditor, "/v1/ledger/entries?" + query));
    }

    [Fact]
    public async Task A_name_too_long_is_refused_and_one_with_odd_characters_finds_nothing()
    {
        await AppendAsync();
        using var auditor = host.As("auditor");
        Assert.Equal((HttpStatusCode.BadRequest, "query-invalid"), await AnswerAsync(auditor, $"/v1/ledger/entries?actor={new string('a', 201)}"));
        foreach (var odd in (string[])["%27%20OR%20TRUE--", "%F0%9F%98%80", "a%25", "$1"])
        {
            Assert.Empty((await auditor.GetFromJsonAsync<JsonElement>($"/v1/ledger/entries?actor={odd}")).GetProperty("items").EnumerateArray());
            Assert.Equal((HttpStatusCode.NotFound, "stream-unknown"), await AnswerAsync(auditor, $"/v1/ledger/streams/{odd}"));
        }

        Assert.Equal((HttpStatusCode.NotFound, "stream-unknown"), await AnswerAsync(auditor, "/v1/ledger/streams/a%01b"));
        Assert.Equal((HttpStatusCode.BadRequest, "query-invalid"), await AnswerAsync(auditor, "/v1/ledger/streams?after=a%00b"));
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_broadcaster_reads_its_own_broadcasts_and_nobody_elses()
    {
        await AppendAsync();
        using var acme = host.As("broadcaster", "acme");
        var own = await acme.GetFromJsonAsync<JsonElement>("/v1/ledger/entries?broadcast=of-acme");
        Assert.Equal(3, own.GetProperty("items").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, (await acme.GetFromJsonAsync<JsonElement>("/v1/ledger/streams/show/of-acme/1")).GetProperty("version").ValueKind);

        // Its own broadcast and another's stream: both filters hold, so nothing is left.
        var crossed = await acme.GetFromJsonAsync<JsonElement>("/v1/ledger/entries?broadcast=of-acme&stream=show/of-rival/1");
        Assert.Equal(0, crossed.GetProperty("items").GetArrayLength());

        foreach (var other in (string[])["of-rival", "of-nobody", "nonsense"])
        {
            Assert.Equal((HttpStatusCode.NotFound, "broadcast-unknown"), await AnswerAsync(acme, $"/v1/ledger/entries?broadcast={other}"));
            Assert.Equal((HttpStatusCode.NotFound, "broadcast-unknown"), await AnswerAsync(acme, $"/v1/ledger/streams?broadcast={other}"));
        }

        foreach (var stream in (string[])["show/of-rival/1", "test/none", "no/such"])
        {
            Assert.Equal((HttpStatusCode.NotFound, "stream-unknown"), await AnswerAsync(acme, $"/v1/ledger/streams/{stream}"));
        }

        foreach (var all in (string[])["entries", "entries?stream=show/of-rival/1", "streams"])
        {
            Assert.Equal((HttpStatusCode.BadRequest, "query-invalid"), await AnswerAsync(acme, $"/v1/ledger/{all}"));
        }

        Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), await AnswerAsync(acme, "/v1/ledger/projections"));
        await host.CheckAsync();
    }

    [Theory]
    [InlineData("", "ann")]
    [InlineData("king", "ann")]
    [InlineData("viewer", "acme")]
    [InlineData("broadcaster", "")]
    public async Task Without_a_role_nothing_is_answered(string role, string account)
    {
        await AppendAsync();
        using var nobody = host.As(role, account);
        foreach (var path in (string[])["entries", "entries?broadcast=of-acme", "streams", "streams?broadcast=of-acme", "streams/show/of-acme/1", "projections"])
        {
            Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), await AnswerAsync(nobody, "/v1/ledger/" + path));
        }
    }

    [Fact]
    public async Task An_operator_orders_a_rebuild_and_an_auditor_sees_it_and_cannot()
    {
        await AppendAsync();
        using var auditor = host.As("auditor");
        using var operators = host.As("operator");
        Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostAsync("/v1/ledger/projections/ledger_index/rebuild", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await operators.PostAsync("/v1/ledger/projections/other/rebuild", null)).StatusCode);

        var before = await ProjectionAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await operators.PostAsync("/v1/ledger/projections/ledger_index/rebuild", null)).StatusCode);
        while ((await ProjectionAsync()).GetProperty("generation").GetInt64() == before.GetProperty("generation").GetInt64())
        {
            await Task.Delay(20);
        }

        var after = await ProjectionAsync();
        Assert.Equal((0L, JsonValueKind.Null), (after.GetProperty("lag").GetInt64(), after.GetProperty("rebuild").ValueKind));
        Assert.Equal(3, (await auditor.GetFromJsonAsync<JsonElement>("/v1/ledger/entries?broadcast=of-acme")).GetProperty("items").GetArrayLength());
        await host.CheckAsync();

        async Task<JsonElement> ProjectionAsync() =>
            Assert.Single((await auditor.GetFromJsonAsync<JsonElement>("/v1/ledger/projections")).GetProperty("items").EnumerateArray().ToArray());
    }

    private async Task AppendAsync()
    {
        foreach (var stream in (string[])["show/of-acme/1", "show/of-rival/1", "test/none"])
        {
            // Once for the class.
            await host.Events.AppendAsync(new(stream), ExpectedVersion.NoStream, [TestEvents.New(), TestEvents.New(), TestEvents.New()]);
        }

        await host.UntilAsync(9);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> AnswerAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}
