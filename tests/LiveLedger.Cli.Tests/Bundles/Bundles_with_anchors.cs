using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiveLedger.Chain.Proofs;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Cli.Bundles;

/// <summary>A bundle with receipts of anchored checkpoints says on which chain they are, holds only with receipts that do, and is another form than one without.</summary>
public sealed class Bundles_with_anchors : IDisposable
{
    private static readonly SampleBundle s_sample = SampleBundle.Usual();
    private static readonly BundleAnchor s_anchor = s_sample.AnchorAt(450);
    private static readonly byte[] s_bundle = s_sample.Make(anchors: [s_anchor]);
    private static readonly string s_block = SampleAnchor.BlockOf(s_anchor.Receipt).ToString();

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-anchors-").FullName;

    [Fact]
    public async Task The_verdict_says_on_which_chain_and_against_which_block_and_that_nobody_checked_it_until_somebody_did()
    {
        var file = await SaveAsync(s_bundle);
        var root = s_anchor.Head.Root.ToString();

        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file);
        Assert.True(exit == 0, output);
        Assert.Contains($"\n     anchored: chain 31337, block 812, root {root[..4]}…{root[^2..]} of size 450, with 300 of the 400 entries (not checked: give --anchor-block)\n", output);

        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--anchor-block", $"0x{new string('1', 64)}", "--anchor-block", s_block, "--require-anchor");
        Assert.True(exit == 0, output);
        Assert.Contains($"\n     anchored: chain 31337, block 812 {s_block}, root {root[..4]}…{root[^2..]} of size 450, with 300 of the 400 entries, at 2027-01-15T08:00:00Z by the block's own clock\n", output);

        (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--anchor-block", s_block, "--json");
        Assert.True(exit == 0, output);
        var anchor = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("anchors").EnumerateArray());
        Assert.Equal((31337, 450, root), (anchor.GetProperty("chain").GetInt32(), anchor.GetProperty("size").GetInt32(), anchor.GetProperty("root").GetString()));
        Assert.Equal((812, s_block, true), (anchor.GetProperty("block").GetInt32(), anchor.GetProperty("blockHash").GetString(), anchor.GetProperty("checked").GetBoolean()));
    }

    [Fact]
    public async Task Another_block_than_the_receipts_is_refused_and_what_is_no_hash_is_no_command_line()
    {
        var file = await SaveAsync(s_bundle);
        var (exit, output, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--anchor-block", $"0x{new string('1', 64)}");
        Assert.Equal(1, exit);
        Assert.StartsWith($"FAIL no receipt is against a block that you gave: block 812 is {s_block}\n     refused: anchor-refused", output);

        (exit, _, _) = await CommandLine.RunAsync("audit", "bundle", "verify", file, "--anchor-block", s_block[2..]);
        Assert.Equal(2, exit);
    }

    [Fact]
    public async Task A_bundle_without_anchors_is_refused_only_where_one_is_asked_for()
    {
        var file = await SaveAsync(s_sample.Make());
        Assert.Equal(0, (await CommandLine.RunAsync("audit", "bundle", "verify", file)).Exit);
        foreach (var asked in (string[][])[["--require-anchor"], ["--anchor-block", s_block]])
        {
            var (exit, output, _) = await CommandLine.RunAsync(["audit", "bundle", "verify", file, .. asked]);
            Assert.Equal(1, exit);
            Assert.StartsWith("FAIL not anchored", output);
            Assert.Contains("refused: anchor-missing", output);
        }
    }

    [Fact]
    public void A_bundle_without_anchors_is_what_it_always_was_and_one_with_them_has_one_file_more()
    {
        var (without, with) = (SampleBundle.Unpack(s_sample.Make()), SampleBundle.Unpack(s_bundle));
        Assert.Equal("e6c24a72a2e9df54ebaeaa72b969b420d067d7c9528492653f0d0e4618bb0932", Convert.ToHexStringLower(SHA256.HashData(without[BundleFiles.Readme])));
        Assert.Equal(["README.txt", "checkpoint", "log.vkey", "policy", "contents", "entries"], without.Keys);
        Assert.Equal([.. without.Keys, "anchors"], with.Keys);
        Assert.All(without.Where(static f => f.Key != BundleFiles.Readme), f => Assert.Equal(f.Value, with[f.Key]));
        Assert.Equal(s_bundle, SampleBundle.Pack(with));
        Assert.Equal(s_bundle, SampleBundle.Usual().Make(anchors: [s_sample.AnchorAt(450)]));
    }

    [Fact]
    public void Each_form_has_its_own_readme()
    {
        var (without, with) = (SampleBundle.Unpack(s_sample.Make()), SampleBundle.Unpack(s_bundle));
        (without[BundleFiles.Readme], with[BundleFiles.Readme]) = (with[BundleFiles.Readme], without[BundleFiles.Readme]);
        Assert.Equal("readme-altered", RefusalOf(SampleBundle.Pack(without)));
        Assert.Equal("readme-altered", RefusalOf(SampleBundle.Pack(with)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(511)]
    [InlineData(600)]
    public void A_tree_of_any_size_up_to_the_checkpoints_holds(int size) => Assert.Null(RefusalOf(s_sample.Make(anchors: [s_sample.AnchorAt(size)])));

    [Fact]
    public void As_many_as_four_hold_together_if_the_largest_is_first()
    {
        BundleAnchor[] anchors = [.. ((int[])[600, 450, 64, 1]).Select(size => s_sample.AnchorAt(size))];
        Assert.Null(RefusalOf(s_sample.Make(anchors: anchors)));
        Assert.Equal("anchors-malformed", RefusalOf(s_sample.Make(anchors: [anchors[1], anchors[0]])));
        Assert.Equal("anchors-malformed", RefusalOf(s_sample.Make(anchors: [anchors[0], anchors[0]])));
        Assert.Equal("anchors-malformed", RefusalOf(Altered(static _ => "")));

        var files = SampleBundle.Unpack(s_bundle);
        files[BundleFiles.Anchors] = [.. BundleAnchors.Write([.. anchors[..3], s_sample.AnchorAt(2)]), .. BundleAnchors.Write(anchors[3..])];
        Assert.Equal("anchors-malformed", RefusalOf(SampleBundle.Pack(files)));
    }

    [Theory]
    [InlineData("anchor 450 ", "anchor 0450 ", "anchors-malformed")]
    [InlineData("anchor 450 ", "anchor  450 ", "anchors-malformed")]
    [InlineData("anchor 450 ", "anchor 0 ", "anchors-malformed")]
    [InlineData("anchor 450 ", "anchor 601 ", "anchors-malformed")]
    [InlineData("anchor 450 ", "anchors 450 ", "anchors-malformed")]
    [InlineData("=\n{", "=\n\n{", "anchors-malformed")]
    [InlineData("=\n{", "\n{", "anchors-malformed")]
    [InlineData("anchor 450 ", "anchor 449 ", "anchor-not-extended")]
    [InlineData("\"size\":\"450\"", "\"size\":\"451\"", "anchor-refused")]
    [InlineData("\"size\":\"450\"", "\"size\": \"450\"", "anchor-refused")]
    [InlineData("\"size\":\"450\"", "\"length\":\"450\"", "anchor-refused")]
    [InlineData("\"contract\":\"0xa1", "\"contract\":\"0xa2", "anchor-refused")]
    [InlineData("\"submitter\":\"0x5b", "\"submitter\":\"0x5c", "anchor-refused")]
    [InlineData("\"header\":\"0xf901", "\"header\":\"0xf902", "anchor-refused")]
    [InlineData("\"account\":[\"0xf8", "\"account\":[\"0xf9", "anchor-refused")]
    [InlineData("\"storage\":[\"0xf8", "\"storage\":[\"0xf9", "anchor-refused")]
    public void An_altered_anchor_is_refused_by_name(string honest, string altered, string refusal) => Assert.Equal(refusal, RefusalOf(Altered(text =>
    {
        Assert.Contains(honest, text);
        return text.Replace(honest, altered, StringComparison.Ordinal);
    })));

    [Fact]
    public void A_proof_with_a_hash_too_few_too_many_or_altered_is_refused()
    {
        Assert.Equal("anchor-not-extended", RefusalOf(Altered(static t => t[..^45])));
        Assert.Equal("anchor-not-extended", RefusalOf(Altered(static t => t + t[^45..])));
        Assert.Equal("anchor-not-extended", RefusalOf(Altered(static t => t[..^45] + (t[^45] == 'A' ? 'B' : 'A') + t[^44..])));
        Assert.Equal("anchors-malformed", RefusalOf(Altered(static t => t[..^1])));
        Assert.Equal("anchors-malformed", RefusalOf(Altered(static t => t + "\n")));
        Assert.Equal("anchors-malformed", RefusalOf(Altered(static t => t + string.Concat(Enumerable.Repeat(t[^45..], 64)))));
    }

    [Fact]
    public void A_good_receipt_of_another_tree_or_of_another_log_is_refused()
    {
        var other = SampleAnchor.FileOf(SampleAnchor.Of(SampleBundle.Origin, s_sample.HeadOf(449)));
        var elsewhere = SampleAnchor.FileOf(SampleAnchor.Of("ledger.example/other", s_sample.HeadOf(450)));
        var forked = SampleAnchor.FileOf(SampleAnchor.Of(SampleBundle.Origin, s_sample.HeadOf(450) with { Root = s_sample.HeadOf(449).Root }));
        foreach (var receipt in (byte[][])[other, elsewhere, forked, [.. "nothing"u8]])
        {
            Assert.Equal("anchor-refused", RefusalOf(s_sample.Make(anchors: [s_sample.AnchorAt(450, receipt)])));
        }
    }

    [Fact]
    public void A_tree_that_this_one_does_not_extend_is_refused_however_well_it_is_anchored()
    {
        var forked = SampleBundle.Of(600, static i => i % 3 != 0);
        Assert.Equal("anchor-not-extended", RefusalOf(s_sample.Make(anchors: [forked.AnchorAt(450)])));
    }

    [Fact]
    public void No_altered_byte_of_the_anchors_is_taken_under_a_blocks_hash()
    {
        var sample = SampleBundle.Of(23, static i => i % 4 != 2);
        var anchor = sample.AnchorAt(11);
        var demand = new AnchorDemand([SampleAnchor.BlockOf(anchor.Receipt)], Required: true);
        var files = SampleBundle.Unpack(sample.Make(anchors: [anchor]));
        var honest = files[BundleFiles.Anchors];
        Assert.True(Judge(SampleBundle.Pack(files), demand).Ok);

        // The chain's id is the receipt's own word (docs/formats/anchor-receipt.md).
        var chain = Encoding.ASCII.GetString(honest).IndexOf("31337", StringComparison.Ordinal);
        for (var at = 0; at < honest.Length; at++)
        {
            files[BundleFiles.Anchors] = [.. honest];
            files[BundleFiles.Anchors][at] ^= 1;
            Assert.True(!Judge(SampleBundle.Pack(files), demand).Ok || (at >= chain && at < chain + 5), $"byte {at}");
        }
    }

    [Fact]
    public void Every_altered_byte_of_the_longer_archive_is_refused_or_changes_nothing()
    {
        var sample = SampleBundle.Of(9, static i => i % 3 != 2);
        var bundle = sample.Make(anchors: [sample.AnchorAt(5)]);
        var honest = SampleBundle.Unpack(bundle);
        for (var at = 0; at < bundle.Length; at++)
        {
            byte[] altered = [.. bundle];
            altered[at] ^= 0x10;

            // Behind the last bit of packed data there may be some that say nothing.
            Assert.True(RefusalOf(altered) is not null || honest.All(f => SampleBundle.Unpack(altered)[f.Key].AsSpan().SequenceEqual(f.Value)), $"byte {at}");
        }
    }

    [Fact]
    public void A_header_may_say_any_time_at_all()
    {
        // RLP of the timestamp 1,800,000,000, and of the largest number in as many bytes more as it takes: the lists around it grow by four.
        var honest = AnchorReceiptJson.TryParse(s_anchor.Receipt.Span, out var receipt) ? receipt : throw new InvalidOperationException();
        var header = Convert.ToHexStringLower(honest.Header.Span);
        var at = header.IndexOf("846b49d200", StringComparison.Ordinal);
        Assert.True(at > 0);
        var length = int.Parse(header[2..6], System.Globalization.NumberStyles.HexNumber) + 4;
        var late = honest with { Header = Convert.FromHexString($"f9{length:x4}{header[6..at]}88{new string('f', 16)}{header[(at + 10)..]}") };

        var verdict = Judge(s_sample.Make(anchors: [s_sample.AnchorAt(450, SampleAnchor.FileOf(late))]), new([SampleAnchor.BlockOf(SampleAnchor.FileOf(late))], true));
        Assert.True(verdict.Ok, verdict.ToText());
        Assert.Contains($"at second {ulong.MaxValue} by the block's own clock", verdict.ToText());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Altered(Func<string, string> alter)
    {
        var files = SampleBundle.Unpack(s_bundle);
        files[BundleFiles.Anchors] = Encoding.Latin1.GetBytes(alter(Encoding.Latin1.GetString(files[BundleFiles.Anchors])));
        return SampleBundle.Pack(files);
    }

    private static string? RefusalOf(byte[] bundle) => Judge(bundle, AnchorDemand.None) is { Ok: false } verdict ? (string?)verdict.Facts["refused"] : null;

    private static Audit.AuditVerdict Judge(byte[] bundle, AnchorDemand demand) =>
        BundleAudit.Judge(new MemoryStream(bundle), new(SampleBundle.Signer.VerifierKey, null), identity: null, static (_, _) => { }, demand: demand);

    private async Task<string> SaveAsync(byte[] bundle)
    {
        var file = Path.Combine(_folder, $"{Guid.NewGuid():n}.bundle.zip");
        await File.WriteAllBytesAsync(file, bundle);
        return file;
    }
}
