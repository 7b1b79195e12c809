using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.ChainNodes.Tests;

public sealed class A_node_that_fails
{
    [Fact]
    public async Task One_that_hangs_is_a_timeout_the_next_one_takes_over_and_is_asked_first_from_then_on()
    {
        await using var anvil = await Anvil.StartAsync();
        using var silent = new SilentNode();
        var impatient = TestNodes.Options(silent.Url) with { Patience = TimeSpan.FromMilliseconds(500), Limit = TimeSpan.FromSeconds(1.2) };
        using var alone = TestNodes.Of(impatient);
        var asked = Stopwatch.StartNew();
        var problem = await Assert.ThrowsAsync<ChainException>(() => alone.BlockNumberAsync(default));
        Assert.Equal(ChainException.Timeout, problem.Code);
        Assert.InRange(asked.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(3));

        using var both = TestNodes.Of(impatient with { Nodes = [.. impatient.Nodes, .. TestNodes.Options(anvil.Url).Nodes], Limit = TimeSpan.FromSeconds(10) });
        await both.BlockNumberAsync(default);
        asked.Restart();
        await both.BlockNumberAsync(default);
        Assert.InRange(asked.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public async Task One_of_another_chain_is_not_listened_to()
    {
        await using var right = await Anvil.StartAsync();
        await using var wrong = await Anvil.StartAsync("--chain-id", "5");
        await wrong.MineAsync(7);
        using var alone = TestNodes.Of(wrong.Url);
        Assert.Equal(ChainException.WrongId, (await Assert.ThrowsAsync<ChainException>(() => alone.BlockNumberAsync(default))).Code);
        using var both = TestNodes.Of(wrong.Url, right.Url);
        Assert.Equal(0UL, (await both.BlockNumberAsync(default)).Value);
        Assert.Equal([ChainException.WrongId, null], (await both.LookAsync(default)).Select(static n => n.Problem?.Code));
    }

    [Fact]
    public async Task One_that_comes_back_as_another_chains_is_found_out()
    {
        await using var node = await FaultyNode.StartAsync();
        (var chain, var fails) = ("0x7a69", false);
        node.Answers = (question, http) => fails ? FaultyNode.SayAsync(http, "", 502)
            : FaultyNode.GiveAsync(question, http, FaultyNode.Method(question) == "eth_chainId" ? chain : "0x10");
        using var client = TestNodes.Of(node.Url);
        Assert.Equal(16UL, (await client.BlockNumberAsync(default)).Value);
        fails = true;
        Assert.Equal(ChainException.Unreachable, (await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default))).Code);
        (fails, chain) = (false, "0x5");
        Assert.Equal(ChainException.WrongId, (await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default))).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"jsonrpc":"2.0","id":ID}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"12"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x10000000000000000"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":99999,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"1.0","id":ID,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x1","result":"0x2"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"error":{"message":"no number"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"error":"no object"}""")]
    public async Task What_is_no_answer_has_a_name_and_another_node_is_asked(string answer)
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync();
        odd.Answers = (question, http) => FaultyNode.Method(question) == "eth_chainId"
            ? Task.FromResult(false)
            : FaultyNode.SayAsync(http, answer.Replace("ID", question["id"]!.ToJsonString(), StringComparison.Ordinal));
        using var alone = TestNodes.Of(odd.Url);
        Assert.Equal(ChainException.Malformed, (await Assert.ThrowsAsync<ChainException>(() => alone.BlockNumberAsync(default))).Code);
        using var both = TestNodes.Of(odd.Url, anvil.Url);
        Assert.Equal(0UL, (await both.BlockNumberAsync(default)).Value);
    }

    [Fact]
    public async Task A_huge_answer_is_not_read_to_its_end_and_a_broken_one_is_none()
    {
        await using var odd = await FaultyNode.StartAsync();
        var written = 0L;
        odd.Answers = async (question, http) =>
        {
            if (FaultyNode.Method(question) == "eth_chainId")
            {
                return false;
            }

            var piece = new byte[64 * 1024];
            Array.Fill(piece, (byte)' ');
            try
            {
                while (written < 1L << 30)
                {
                    await http.Response.Body.WriteAsync(piece, http.RequestAborted);
                    written += piece.Length;
                    if (written % (1024 * 1024) == 0)
                    {
                        // What is written after the client has gone is thrown away, and counts until that is noticed.
                        await Task.Delay(1);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // It was read no further.
            }

            return true;
        };
        using var client = TestNodes.Of(TestNodes.Options(odd.Url) with { MaxAnswer = 1024 * 1024, Rounds = 1 });
        Assert.Equal(ChainException.Malformed, (await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default))).Code);
        Assert.InRange(written, 1024 * 1024, 512 * 1024 * 1024);

        odd.Answers = async (question, http) =>
        {
            if (FaultyNode.Method(question) == "eth_chainId")
            {
                return false;
            }

            http.Response.ContentLength = 100;
            await http.Response.Body.WriteAsync("""{"jsonrpc":"2.0","""u8.ToArray());
            await http.Response.Body.FlushAsync();
            http.Abort();
            return true;
        };
        Assert.Equal(ChainException.Unreachable, (await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default))).Code);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_passes_is_tried_again(int status)
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync(anvil.Url);
        var failures = 2;
        odd.Answers = (_, http) => Interlocked.Decrement(ref failures) >= 0 ? FaultyNode.SayAsync(http, "busy", status) : Task.FromResult(false);
        using var client = TestNodes.Of(odd.Url);
        Assert.Equal(0UL, (await client.BlockNumberAsync(default)).Value);
        failures = 100;
        Assert.Equal(ChainException.Unreachable, (await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default))).Code);
        Assert.Equal(97, failures);
    }

    [Fact]
    public async Task A_no_is_an_answer_and_nobody_else_is_asked()
    {
        await using var one = await FaultyNode.StartAsync();
        await using var two = await FaultyNode.StartAsync();
        one.Answers = (question, http) => FaultyNode.Method(question) == "eth_chainId"
            ? Task.FromResult(false) : FaultyNode.RefuseAsync(question, http, -32000, new string('n', 500) + "\nno", 400);
        using var client = TestNodes.Of(one.Url, two.Url);
        var problem = await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default));
        Assert.Equal((ChainException.Refused, -32000, 200), (problem.Code, problem.Error!.Code, problem.Error.Message.Length));
        Assert.Empty(two.Asked);
    }

    [Fact]
    public async Task What_the_node_may_have_sent_is_not_sent_again_by_itself()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync(anvil.Url);
        await using var other = await FaultyNode.StartAsync(anvil.Url);
        odd.Passes = static (question, _) => FaultyNode.Method(question) != "eth_sendTransaction";
        using var client = TestNodes.Of(odd.Url, other.Url);
        var send = new UnsignedTransaction(anvil.Account(0), anvil.Account(1), 1, default, 0, 21_000, 5_000_000_000, 1_000_000_000);
        Assert.Equal(ChainException.Unreachable, (await Assert.ThrowsAsync<ChainException>(() => client.SendTransactionAsync(send, default))).Code);
        Assert.Equal(1, odd.Asked.Count(static m => m == "eth_sendTransaction"));
        Assert.DoesNotContain("eth_sendTransaction", other.Asked);
        // anvil answers before the block is there.
        for (var looks = 0; looks < 500 && await anvil.CountAsync(anvil.Accounts[0]) == 0; looks++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(1UL, await anvil.CountAsync(anvil.Accounts[0]));
    }

    [Theory]
    [InlineData("answers in another order", 1)]
    [InlineData("refuses with an error", 60)]
    [InlineData("refuses with a status", 60)]
    public async Task Batches_are_answered_in_whatever_way_the_node_knows(string how, int exchanges)
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync(anvil.Url);
        await anvil.MineAsync(60);
        odd.Answers = async (question, http) => question is JsonArray batch && (how switch
        {
            "refuses with an error" => await FaultyNode.SayAsync(http, """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"""),
            "refuses with a status" => await FaultyNode.SayAsync(http, "no", 400),
            _ => await FaultyNode.SayAsync(http, await ReversedAsync(anvil.Url, batch)),
        });
        using var client = TestNodes.Of(TestNodes.Options(odd.Url) with { MaxBatch = 60 });
        var headers = await client.HeadersAsync(Enumerable.Range(1, 60).Select(static n => new LiveLedger.Chain.BlockNumber((ulong)n)), default);
        Assert.Equal(Enumerable.Range(1, 60).Select(static n => (ulong)n), headers.Select(static h => h!.Number.Value));
        Assert.Equal(exchanges == 1 ? ["eth_chainId", "[60]"] : ["eth_chainId", "[60]", .. Enumerable.Repeat("eth_getBlockByNumber", 60)], odd.Asked);
    }

    [Fact]
    public async Task A_batch_that_is_turned_down_for_a_moment_says_nothing_about_batches()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync(anvil.Url);
        await anvil.MineAsync(20);
        using var client = TestNodes.Of(TestNodes.Options(odd.Url, anvil.Url) with { MaxBatch = 20, Rest = TimeSpan.FromMilliseconds(10) });
        odd.Answers = static async (question, http) => question is JsonArray && await FaultyNode.SayAsync(http, """{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"rate limit"}}""");
        await HeadersAsync();
        odd.Answers = static (_, _) => Task.FromResult(false);
        await Task.Delay(100);
        await HeadersAsync();
        Assert.DoesNotContain("eth_getBlockByNumber", odd.Asked);
        Assert.Equal(2, odd.Asked.Count(static m => m == "[20]"));

        async Task HeadersAsync() => Assert.Equal(20, (await client.HeadersAsync(Enumerable.Range(1, 20).Select(static n => new LiveLedger.Chain.BlockNumber((ulong)n)), default)).Count);
    }

    [Fact]
    public async Task A_transaction_is_found_by_its_nonce_though_the_node_has_forgotten_the_counts_of_that_time()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var full = await FaultyNode.StartAsync(anvil.Url);
        using var direct = TestNodes.Of(anvil.Url);
        await anvil.MineAsync(150);
        await direct.SendAsync(anvil.Account(0), anvil.Account(1), []);
        var sought = await direct.SendAsync(anvil.Account(0), anvil.Account(1), [], 5);
        await anvil.MineAsync(30);

        // As geth answers for what is older than 128 blocks.
        full.Answers = static async (question, http) => FaultyNode.Method(question) == "eth_getTransactionCount" && (string)question["params"]![1]! != "latest"
            && await FaultyNode.RefuseAsync(question, http, -32000, "missing trie node 5f1d (path ) state 0x5f1d is not available");
        using var client = TestNodes.Of(full.Url);
        var found = await NonceSearch.FindAsync(client, anvil.Account(0), 1, new(150), await client.BlockNumberAsync(default), default);
        Assert.Equal((sought.Transaction, sought.Block), (found!.Hash, found.Block!.Value));
        Assert.Equal(ChainException.Unreachable, (await Assert.ThrowsAsync<ChainException>(async () => await NonceSearch.FindAsync(client, anvil.Account(0), 7, new(150), await client.BlockNumberAsync(default), default))).Code);
    }

    [Fact]
    public async Task Batches_are_bounded()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var counted = await FaultyNode.StartAsync(anvil.Url);
        await anvil.MineAsync(25);
        using var client = TestNodes.Of(TestNodes.Options(counted.Url) with { MaxBatch = 10 });
        Assert.Equal(25, (await client.HeadersAsync(Enumerable.Range(1, 25).Select(static n => new LiveLedger.Chain.BlockNumber((ulong)n)), default)).Count);
        Assert.Equal(["eth_chainId", "[10]", "[10]", "[5]"], counted.Asked);
    }

    [Fact]
    public async Task A_node_that_mixes_up_its_answers_is_not_believed()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var odd = await FaultyNode.StartAsync(anvil.Url);
        await anvil.MineAsync(5);
        odd.Answers = async (question, http) => FaultyNode.Method(question) == "eth_getBlockByNumber"
            && await FaultyNode.GiveAsync(question, http, await anvil.CallAsync("eth_getBlockByNumber", "0x2", false) is { } block ? block.DeepClone() : null);
        using var client = TestNodes.Of(odd.Url);
        Assert.Equal(2UL, (await client.HeaderAsync(BlockReference.At(new(2)), default))!.Number.Value);
        Assert.Equal(ChainException.Malformed, (await Assert.ThrowsAsync<ChainException>(() => client.HeaderAsync(BlockReference.At(new(3)), default))).Code);
    }

    [Theory]
    [InlineData("http://user77:hush-hush@", "Basic dXNlcjc3Omh1c2gtaHVzaA==")]
    [InlineData("http://:hush-hush@", "Bearer hush-hush")]
    public async Task What_opens_a_node_is_sent_to_it_and_shown_to_nobody(string opens, string header)
    {
        await using var node = await FaultyNode.StartAsync();
        var lines = new CapturedLog<ChainNode>();
        node.Answers = (question, http) => FaultyNode.Method(question) == "eth_chainId"
            ? Task.FromResult(false) : FaultyNode.RefuseAsync(question, http, 1, opens.Contains("user77", StringComparison.Ordinal) ? "key provider-key of user77:hush-hush is used up" : "key provider-key of hush-hush is used up");
        using var client = TestNodes.Of(TestNodes.Options(node.Url.Replace("http://", opens, StringComparison.Ordinal) + "/v3/provider-key?key=query-key"), lines);
        var refused = await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default));
        node.Answers = static (_, http) => FaultyNode.SayAsync(http, "hush-hush", 503);
        var failed = await Assert.ThrowsAsync<ChainException>(() => client.BlockNumberAsync(default));
        Assert.All(node.Opened, h => Assert.Equal(header, h));
        Assert.NotEmpty(lines.Lines);
        var shown = new StringBuilder().AppendJoin('\n', lines.Lines).Append(refused).Append(failed).Append(refused.Detail).AppendJoin('\n', (await client.LookAsync(default)).Select(static n => $"{n}")).ToString();
        Assert.Contains(node.Url, shown, StringComparison.Ordinal);
        Assert.All(["hush-hush", "user77", "provider-key", "query-key", "dXNlcjc3"], secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
    }

    private static async Task<string> ReversedAsync(string url, JsonArray batch)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(url, new StringContent(batch.ToJsonString(), Encoding.UTF8, "application/json"));
        return new JsonArray([.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Reverse().Select(static n => n!.DeepClone())]).ToJsonString();
    }
}
