using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

public sealed class LogHttpTests : LogOverHttp
{
    [Fact]
    public async Task An_outsider_with_the_key_alone_derives_the_whole_log_over_http()
    {
        await AppendAsync(300);

        var audited = await LogAudit.CheckAsync(Http, await KeyAsync());

        Assert.Equal(300, audited.Entries.Count);
    }

    [Fact]
    public async Task An_outsider_notices_an_altered_entry()
    {
        await AppendAsync(3);
        await using var alter = Database.Source.CreateCommand("UPDATE ledger.events SET entry = set_byte(entry, 5, get_byte(entry, 5) # 1) WHERE version = 1");
        await alter.ExecuteNonQueryAsync();

        var key = await KeyAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => LogAudit.CheckAsync(Http, key));
    }

    [Fact]
    public async Task An_empty_log_has_a_checkpoint_and_no_tiles()
    {
        while ((await Http.GetAsync("/log/checkpoint")).StatusCode == HttpStatusCode.NotFound)
        {
            await Task.Delay(20);
        }

        Assert.Equal(TreeHead.Empty, (await LogAudit.CheckAsync(Http, await KeyAsync())).Head);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/log/tile/0/000.p/1")).StatusCode);
    }

    [Fact]
    public async Task Tiles_may_be_cached_for_ever_and_checkpoints_for_a_second()
    {
        await AppendAsync(257);
        var tile = await Http.GetAsync("/log/tile/0/000");
        Assert.Equal(8192, tile.Content.Headers.ContentLength);
        Assert.Equal("application/octet-stream", tile.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString(), StringComparison.Ordinal);

        var checkpoint = await Http.GetAsync("/log/checkpoint");
        Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType!.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1), checkpoint.Headers.CacheControl!.MaxAge);
        Assert.Equal("*", Assert.Single(checkpoint.Headers.GetValues("Access-Control-Allow-Origin")));

        // A tile that is not there yet may be there in a second.
        var missing = await Http.GetAsync("/log/tile/0/001.p/200");
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
        var response = await Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("tile-unknown", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
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
        var plain = await Http.GetByteArrayAsync("/log/tile/entries/000");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/log/tile/entries/000");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", asked);
        using var response = await Http.SendAsync(request);

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
        using var response = await Http.SendAsync(request);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal(8192, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task The_status_tells_size_backlog_and_halt()
    {
        await AppendAsync(3);
        var status = await Http.GetFromJsonAsync<JsonElement>("/v1/ledger/status");
        Assert.Equal(3, status.GetProperty("size").GetInt32());
        Assert.Equal(0, status.GetProperty("pending").GetInt32());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("halted").ValueKind);
        Assert.Equal(0, status.GetProperty("oldestPendingSeconds").GetDouble());
    }
}
