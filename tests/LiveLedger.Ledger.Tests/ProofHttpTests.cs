using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

public sealed class ProofHttpTests : LogOverHttp
{
    [Fact]
    public async Task An_inclusion_proof_by_index_verifies_against_the_checkpoint()
    {
        await AppendAsync(300);
        var head = (await LogAudit.CheckAsync(Http, await KeyAsync())).Head;
        foreach (var index in (int[])[0, 255, 256, 299])
        {
            var json = await Http.GetFromJsonAsync<JsonElement>($"/v1/ledger/proofs/inclusion?index={index}&size=300");
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
        var entries = (await LogAudit.CheckAsync(Http, await KeyAsync())).Entries;
        foreach (var (from, to) in ((int, int)[])[(1, 300), (255, 256), (256, 257), (256, 300), (137, 300), (299, 300), (300, 300), (1, 2)])
        {
            var json = await Http.GetFromJsonAsync<JsonElement>($"/v1/ledger/proofs/consistency?from={from}&to={to}");
            Assert.Equal((from, to), (json.GetProperty("from").GetInt32(), json.GetProperty("to").GetInt32()));
            Assert.True(ConsistencyProof.TryCreate(new((ulong)from), new((ulong)to), Hashes(json), out var proof));
            Assert.Equal(ProofResult.Valid, proof.Verify(RootOf(entries, from), RootOf(entries, to)));
        }
    }

    [Fact]
    public async Task Without_a_new_size_the_consistency_proof_goes_up_to_the_checkpoint()
    {
        await AppendAsync(7);
        var json = await Http.GetFromJsonAsync<JsonElement>("/v1/ledger/proofs/consistency?from=3");
        Assert.Equal(7, json.GetProperty("to").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/v1/ledger/proofs/consistency?from=8")).StatusCode);
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
        var entries = (await LogAudit.CheckAsync(Http, key)).Entries;
        foreach (var index in (int[])[0, 255, 256, 299])
        {
            var response = await Http.GetAsync($"/log/proof/{index}.tlog-proof");
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
}
