using System.Globalization;
using System.Text.Json;
using LiveLedger.Chain;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Stories;

/// <summary>A real node, our contract, a real server: the log is anchored, and a broadcast's bundle shows it when both are gone.</summary>
public sealed class Bundles_show_their_anchors(OneServer one) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-anchored-").FullName;

    [Fact]
    public async Task A_bundle_of_a_server_with_a_chain_verifies_offline_against_the_blocks_hash_and_no_other()
    {
        await using var chain = await ChainPlatform.StartAsync(anchorEverySeconds: 1);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        await broadcast.WaitLoggedAsync();
        var logged = ulong.Parse((await chain.Server.Http.GetStringAsync("/log/checkpoint")).Split('\n')[1], CultureInfo.InvariantCulture);
        await chain.UntilAsync(
            async () => (await chain.GetAsync("/v1/chain/anchors"))["items"]!.AsArray().Any(a => (bool)a!["receipt"]! && (ulong)a["size"]! >= logged),
            "a receipt of what is logged now is taken");

        var (file, told) = await MakeAsync(chain, broadcast, acme.Token);
        var anchor = told.GetProperty("anchors")[0];
        var (number, size) = (anchor.GetProperty("block").GetUInt64(), anchor.GetProperty("size").GetUInt64());
        Assert.InRange(size, logged, told.GetProperty("size").GetUInt64());
        Assert.InRange(anchor.GetProperty("entries").GetInt64(), 1, told.GetProperty("entries").GetInt64());

        // From the node itself, as an auditor with one of its own has it.
        var block = (string)(await chain.Node.CallAsync("eth_getBlockByNumber", HexText.Quantity(number), false))!["hash"]!;
        // The first block: no receipt is against it, while there may be one against each of the last four.
        var first = (string)(await chain.Node.CallAsync("eth_getBlockByNumber", HexText.Quantity(0), false))!["hash"]!;
        await chain.Server.KillAsync();
        await chain.Node.KillAsync();

        var (exit, output, error) = await VerifyAsync(file, "--require-anchor", "--anchor-block", block);
        Assert.True(exit == 0, output + error);
        Assert.Contains($"\n     anchored: chain {Anvil.ChainId}, block {number} {block}, root ", output);
        Assert.Contains($"by {chain.Node.Accounts[0].ToLowerInvariant()} in contract {chain.Contracts.Anchor}, ", output);

        (exit, output, _) = await VerifyAsync(file, "--anchor-block", first);
        Assert.Equal(1, exit);
        Assert.Contains("refused: anchor-refused", output);

        // What the server had put in, altered, is not taken either.
        var files = SampleBundle.Unpack(await File.ReadAllBytesAsync(file));
        Assert.True(BundleAnchors.TryParse(files[BundleFiles.Anchors], new(told.GetProperty("size").GetUInt64()), out var anchors));
        Assert.Equal(size, anchors[0].Head.Size.Value);
        var altered = anchors[0].Receipt.ToArray();
        altered[^10] ^= 1;
        files[BundleFiles.Anchors] = BundleAnchors.Write([anchors[0] with { Receipt = altered }]);
        await File.WriteAllBytesAsync(file, SampleBundle.Pack(files));
        (exit, output, _) = await VerifyAsync(file);
        Assert.Equal(1, exit);
        Assert.Contains("refused: anchor-refused", output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(string File, JsonElement Told)> MakeAsync(ChainPlatform chain, RunningBroadcast broadcast, string token)
    {
        var (file, tokenFile) = (Path.Combine(_folder, "made.bundle.zip"), Path.Combine(_folder, "token"));
        await File.WriteAllTextAsync(tokenFile, token);
        var (exit, output, error) = await CommandLine.RunAsync("audit", "bundle", "make", chain.Server.BaseUrl.AbsoluteUri, broadcast.Id.ToString(), "--out", file, "--token-file", tokenFile, "--json");
        Assert.True(exit == 0, output + error);
        return (file, JsonSerializer.Deserialize<JsonElement>(output));
    }

    private static Task<(int Exit, string Output, string Error)> VerifyAsync(string file, params string[] more) => CommandLine.RunAsync(["audit", "bundle", "verify", file, .. more]);
}
