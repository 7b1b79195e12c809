using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Http;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Tests;

public sealed class LogHttpTests : IAsyncLifetime
{
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private EventStore Events => _app.Services.GetRequiredService<EventStore>();

    private LedgerState State => _app.Services.GetRequiredService<LedgerState>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedger(await TestLedger.NewOptionsAsync());
        _app = builder.Build();
        _app.MapLog();
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Urls.Single()) };
        while (!State.IsOpen)
        {
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_outsider_with_the_key_alone_derives_the_whole_log_over_http()
    {
        await AppendAsync(300);

        var audited = await LogAudit.CheckAsync(_http, await KeyAsync());

        Assert.Equal(300, audited.Entries.Count);
    }

    [Fact]
    public async Task An_outsider_notices_an_altered_entry()
    {
        await AppendAsync(3);
        var database = _app.Services.GetRequiredService<LedgerDatabase>();
        await using var alter = database.Source.CreateCommand("UPDATE ledger.events SET entry = set_byte(entry, 5, get_byte(entry, 5) # 1) WHERE version = 1");
        await alter.ExecuteNonQueryAsync();

        var key = await KeyAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => LogAudit.CheckAsync(_http, key));
    }

    [Fact]
    public async Task An_empty_log_has_a_checkpoint_and_no_tiles()
    {
        while ((await _http.GetAsync("/log/checkpoint")).StatusCode == HttpStatusCode.NotFound)
        {
            await Task.Delay(20);
        }

        Assert.Equal(TreeHead.Empty, (await LogAudit.CheckAsync(_http, await KeyAsync())).Head);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/log/tile/0/000.p/1")).StatusCode);
    }

    [Fact]
    public async Task Tiles_may_be_cached_for_ever_and_checkpoints_for_a_second()
    {
        await AppendAsync(257);
        var tile = await _http.GetAsync("/log/tile/0/000");
        Assert.Equal(8192, tile.Content.Headers.ContentLength);
        Assert.Equal("application/octet-stream", tile.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString(), StringComparison.Ordinal);

        var checkpoint = await _http.GetAsync("/log/checkpoint");
        Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType!.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1), checkpoint.Headers.CacheControl!.MaxAge);
        Assert.Equal("*", Assert.Single(checkpoint.Headers.GetValues("Access-Control-Allow-Origin")));

        // A tile that is not there yet may be there in a second.
        var missing = await _http.GetAsync("/log/tile/0/001.p/200");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Null(missing.Headers.CacheControl?.MaxAge);
    }

    [Theory]
    [InlineData("/log/tile/0/0")]
    [InlineData("/log/tile/00/000")]
    [InlineData("/log/tile/64/000")]
    [InlineData("/log/tile/0/000.p/0")]
    [InlineData("/log/tile/0/000.p/256")]
    [InlineData("/log/tile/0/x000/000")]
    [InlineData("/log/tile/-1/000")]
    [InlineData("/log/tile/entries/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("/log/tile/7/999.p/255")]
    public async Task What_is_no_tile_of_the_tree_is_named_as_such(string path)
    {
        await AppendAsync(3);
        var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("tile-unknown", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_inclusion_proof_by_index_verifies_against_the_checkpoint()
    {
        await AppendAsync(300);
        var head = (await LogAudit.CheckAsync(_http, await KeyAsync())).Head;
        foreach (var index in (int[])[0, 255, 256, 299])
        {
            var json = await _http.GetFromJsonAsync<JsonElement>($"/v1/ledger/proofs/inclusion?index={index}&size=300");
            var hashes = json.GetProperty("hashes").EnumerateArray().Select(h => new Bytes32(Convert.FromBase64String(h.GetString()!))).ToList();
            Assert.True(InclusionProof.TryCreate(new((ulong)index), new(300), hashes, out var proof));
            var leaf = new LeafHash(new Bytes32(Convert.FromBase64String(json.GetProperty("leaf").GetString()!)));
            Assert.Equal(ProofResult.Valid, proof.Verify(leaf, head.Root));
        }
    }

    [Theory]
    [InlineData("index=-1&size=3", 400, "proof-malformed")]
    [InlineData("index=0&size=03", 400, "proof-malformed")]
    [InlineData("size=3", 400, "proof-malformed")]
    [InlineData("index=99999999999999999999&size=3", 400, "proof-malformed")]
    [InlineData("index=3&size=3", 404, "proof-unknown")]
    [InlineData("index=0&size=4", 404, "proof-unknown")]
    [InlineData("index=0&size=9223372036854775807", 404, "proof-unknown")]
    public async Task A_proof_that_cannot_be_is_refused_by_name(string query, int status, string code)
    {
        await AppendAsync(3);
        var response = await _http.GetAsync("/v1/ledger/proofs/inclusion?" + query);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_status_tells_size_backlog_and_halt()
    {
        await AppendAsync(3);
        var status = await _http.GetFromJsonAsync<JsonElement>("/v1/ledger/status");
        Assert.Equal(3, status.GetProperty("size").GetInt32());
        Assert.Equal(0, status.GetProperty("pending").GetInt32());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("halted").ValueKind);
        Assert.Equal(0, status.GetProperty("oldestPendingSeconds").GetDouble());
    }

    private async Task<VerifierKey> KeyAsync()
    {
        Assert.True(VerifierKey.TryParse((await _http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        return key;
    }

    private async Task AppendAsync(int count)
    {
        await Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, count).Select(TestEvents.New)]);
        while ((await _http.GetFromJsonAsync<JsonElement>("/v1/ledger/status")).GetProperty("size").GetInt32() < count)
        {
            await Task.Delay(20);
        }
    }
}
