using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Http;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
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
            Assert.True(InclusionProof.TryCreate(new((ulong)index), new(300), Hashes(json), out var proof));
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
        await AssertRefusedAsync("/v1/ledger/proofs/inclusion?" + query, status, code);
    }

    [Fact]
    public async Task A_consistency_proof_verifies_between_any_two_sizes()
    {
        await AppendAsync(300);
        var entries = (await LogAudit.CheckAsync(_http, await KeyAsync())).Entries;
        foreach (var (from, to) in ((int, int)[])[(1, 300), (255, 256), (256, 257), (256, 300), (137, 300), (299, 300), (300, 300), (1, 2)])
        {
            var json = await _http.GetFromJsonAsync<JsonElement>($"/v1/ledger/proofs/consistency?from={from}&to={to}");
            Assert.Equal((from, to), (json.GetProperty("from").GetInt32(), json.GetProperty("to").GetInt32()));
            Assert.True(ConsistencyProof.TryCreate(new((ulong)from), new((ulong)to), Hashes(json), out var proof));
            Assert.Equal(ProofResult.Valid, proof.Verify(RootOf(entries, from), RootOf(entries, to)));
        }
    }

    [Fact]
    public async Task Without_a_new_size_the_consistency_proof_goes_up_to_the_checkpoint()
    {
        await AppendAsync(7);
        var json = await _http.GetFromJsonAsync<JsonElement>("/v1/ledger/proofs/consistency?from=3");
        Assert.Equal(7, json.GetProperty("to").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/v1/ledger/proofs/consistency?from=8")).StatusCode);
    }

    [Theory]
    [InlineData("from=0&to=3", 400, "proof-malformed")]
    [InlineData("from=-1&to=3", 400, "proof-malformed")]
    [InlineData("from=1&to=03", 400, "proof-malformed")]
    [InlineData("to=3", 400, "proof-malformed")]
    [InlineData("from=3&to=2", 400, "proof-malformed")]
    [InlineData("from=1&to=99999999999999999999", 400, "proof-malformed")]
    [InlineData("from=1&to=4", 404, "proof-unknown")]
    [InlineData("from=1&to=9223372036854775807", 404, "proof-unknown")]
    public async Task A_consistency_proof_that_cannot_be_is_refused_by_name(string query, int status, string code)
    {
        await AppendAsync(3);
        await AssertRefusedAsync("/v1/ledger/proofs/consistency?" + query, status, code);
    }

    [Fact]
    public async Task A_tlog_proof_speaks_for_an_entry_without_the_server()
    {
        await AppendAsync(300);
        var key = await KeyAsync();
        var entries = (await LogAudit.CheckAsync(_http, key)).Entries;
        foreach (var index in (int[])[0, 255, 256, 299])
        {
            var response = await _http.GetAsync($"/log/proof/{index}.tlog-proof");
            Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
            Assert.True(TlogProof.TryParse(await response.Content.ReadAsByteArrayAsync(), out var proof));
            Assert.True(proof.Verify(entries[index].Leaf(), key, out var checkpoint).IsValid);
            Assert.Equal((ulong)index, proof.Index.Value);
            Assert.Equal(300UL, checkpoint!.Head.Size.Value);
        }
    }

    [Theory]
    [InlineData("3", 404, "proof-unknown")]
    [InlineData("9223372036854775807", 404, "proof-unknown")]
    [InlineData("03", 400, "proof-malformed")]
    [InlineData("x", 400, "proof-malformed")]
    public async Task A_tlog_proof_of_no_entry_is_refused_by_name(string index, int status, string code)
    {
        await AppendAsync(3);
        await AssertRefusedAsync($"/log/proof/{index}.tlog-proof", status, code);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5, identity", true)]
    [InlineData("GZIP", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("br", false)]
    [InlineData("", false)]
    public async Task Entry_bundles_are_compressed_for_those_who_ask(string asked, bool compressed)
    {
        await AppendAsync(257);
        var plain = await _http.GetByteArrayAsync("/log/tile/entries/000");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/log/tile/entries/000");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", asked);
        using var response = await _http.SendAsync(request);

        Assert.Equal(compressed ? ["gzip"] : [], response.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (compressed)
        {
            Assert.True(body.Length < plain.Length);
            using var unzipped = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
            gzip.CopyTo(unzipped);
            body = unzipped.ToArray();
        }

        Assert.Equal(plain, body);
    }

    [Fact]
    public async Task Hash_tiles_are_never_compressed()
    {
        await AppendAsync(257);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/log/tile/0/000");
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = await _http.SendAsync(request);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal(8192, response.Content.Headers.ContentLength);
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

    private async Task AssertRefusedAsync(string path, int status, string code)
    {
        var response = await _http.GetAsync(path);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private static List<Bytes32> Hashes(JsonElement json) =>
        [.. json.GetProperty("hashes").EnumerateArray().Select(static h => new Bytes32(Convert.FromBase64String(h.GetString()!)))];

    private static RootHash RootOf(IReadOnlyList<LedgerEntry> entries, int size)
    {
        var range = new CompactRange();
        foreach (var entry in entries.Take(size))
        {
            range.Append(entry.Leaf());
        }

        return range.Root();
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
