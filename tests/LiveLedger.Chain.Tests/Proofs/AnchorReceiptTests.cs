using System.Text;
using System.Text.Json;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Proofs;

/// <summary>Receipts made of what a real node gives.</summary>
public sealed class AnchorReceiptTests(AnchoredState state) : IClassFixture<AnchoredState>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public async Task A_nodes_proof_of_an_anchored_root_is_valid(ulong size)
    {
        var verdict = (await state.ReceiptAsync(size)).Verify(state.Block);
        Assert.Equal(AnchorReceiptResult.Valid, verdict.Result);
        Assert.Equal(state.Block, verdict.Header!.Hash);
        Assert.Equal(Keccak256.Of(AnchoredState.Code), verdict.Account!.CodeHash);
    }

    [Fact]
    public async Task The_proofs_are_long_enough_to_mean_something()
    {
        var receipt = await state.ReceiptAsync(7);
        Assert.InRange(receipt.AccountProof.Count, 2, 10);
        Assert.InRange(receipt.StorageProof.Count, 2, 10);
    }

    [Fact]
    public async Task Whatever_is_proven_absent_is_told_as_that()
    {
        Assert.Equal(AnchorReceiptResult.NothingAnchored, (await state.ReceiptAsync(41)).Verify(state.Block).Result);
        Assert.Equal(AnchorReceiptResult.NothingAnchored, (await state.ReceiptAsync(2, submitter: Address.Zero)).Verify(state.Block).Result);
        Assert.Equal(AnchorReceiptResult.AccountAbsent, (await state.ReceiptAsync(2, contract: new([.. new byte[18], 0x77, 0x77]))).Verify(state.Block).Result);
    }

    [Fact]
    public async Task A_receipt_that_says_something_else_than_the_block_is_refused_for_its_reason()
    {
        var receipt = await state.ReceiptAsync(9);
        var other = await state.ReceiptAsync(10);
        Assert.Equal(AnchorReceiptResult.RootDiffers, (receipt with { Head = receipt.Head with { Root = other.Head.Root } }).Verify(state.Block).Result);
        Assert.Equal(AnchorReceiptResult.HeaderDiffers, receipt.Verify(default).Result);
        Assert.Equal(AnchorReceiptResult.HeaderMalformed, (receipt with { Header = receipt.Header[..^1] }).Verify(state.Block).Result);
        Assert.Equal(AnchorReceiptResult.AccountNotProven, (receipt with { AccountProof = receipt.StorageProof }).Verify(state.Block).Result);
        Assert.Equal(AnchorReceiptResult.SlotNotProven, (receipt with { StorageProof = receipt.AccountProof }).Verify(state.Block).Result);
        Assert.NotEqual(AnchorReceiptResult.Valid, (receipt with { Head = receipt.Head with { Size = other.Head.Size } }).Verify(state.Block).Result);
        Assert.NotEqual(AnchorReceiptResult.Valid, (receipt with { Submitter = Address.Zero }).Verify(state.Block).Result);
        Assert.NotEqual(AnchorReceiptResult.Valid, (receipt with { Contract = Address.Zero }).Verify(state.Block).Result);
        Assert.NotEqual(AnchorReceiptResult.Valid, (receipt with { Origin = default }).Verify(state.Block).Result);
    }

    [Fact]
    public async Task Any_changed_byte_of_header_or_nodes_is_refused()
    {
        var receipt = await state.ReceiptAsync(23);
        foreach (var changed in Changed(receipt.Header))
        {
            Assert.True((receipt with { Header = changed }).Verify(state.Block).Result is AnchorReceiptResult.HeaderDiffers or AnchorReceiptResult.HeaderMalformed);
        }

        for (var i = 0; i < receipt.AccountProof.Count; i++)
        {
            foreach (var changed in Changed(receipt.AccountProof[i]))
            {
                Assert.Equal(AnchorReceiptResult.AccountNotProven, (receipt with { AccountProof = Replace(receipt.AccountProof, i, changed) }).Verify(state.Block).Result);
            }
        }

        for (var i = 0; i < receipt.StorageProof.Count; i++)
        {
            foreach (var changed in Changed(receipt.StorageProof[i]))
            {
                Assert.Equal(AnchorReceiptResult.SlotNotProven, (receipt with { StorageProof = Replace(receipt.StorageProof, i, changed) }).Verify(state.Block).Result);
            }
        }
    }

    [Fact]
    public async Task A_file_is_read_as_it_was_written_and_no_changed_byte_of_it_is_valid()
    {
        var receipt = await state.ReceiptAsync(5);
        Assert.True(AnchorReceiptJson.TryWrite(receipt, out var file));
        Assert.True(AnchorReceiptJson.TryParse(file, out var read));
        Assert.Equal(AnchorReceiptResult.Valid, read.Verify(state.Block).Result);
        Assert.True(AnchorReceiptJson.TryWrite(read, out var again));
        Assert.Equal(file, again);

        // The chain's id is the receipt's word alone: of all else no byte can be another.
        var chain = Encoding.ASCII.GetString(file).IndexOf("31337", StringComparison.Ordinal);
        for (var i = 0; i < file.Length; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 0x01;
            Assert.Equal(i >= chain && i < chain + 5 && (i > chain || changed[i] != '0'),
                AnchorReceiptJson.TryParse(changed, out var other) && other.Verify(state.Block).Result == AnchorReceiptResult.Valid);
        }
    }

    [Fact]
    public async Task A_file_in_another_form_or_out_of_bounds_is_refused()
    {
        var receipt = await state.ReceiptAsync(5);
        Assert.True(AnchorReceiptJson.TryWrite(receipt, out var file));
        var text = Encoding.ASCII.GetString(file);
        string[] others =
        [
            text + "\n", " " + text, text.Replace("\"chain\":\"31337\"", "\"chain\":31337"), text.Replace("31337", "031337"), text.Replace("31337", "\\u00331337"), text.Replace("31337", "\\ud800"),
            text.Replace("{\"format\":\"liveledger-anchor-receipt/1\",", "{"), text.Replace("receipt/1", "receipt/2"), text[..^1] + ",\"more\":\"\"}",
            text[..^1] + ",\"size\":\"5\"}", text.Replace("\"size\":\"5\"", "\"size\":\"0\""), text.Replace(receipt.Head.Root.ToString(), new string('0', 64)),
            text.Replace("0xa11c", "0xA11C"), text.Replace("\"storage\":[", "\"storage\":[\"0x\","), text.Replace("\"storage\":[", "\"storage\":[[],"), "null", "[]", "{}", "",
        ];
        Assert.All(others, o => Assert.False(AnchorReceiptJson.TryParse(Encoding.UTF8.GetBytes(o), out _), o));
        Assert.All(others, o => Assert.NotEqual(text, o));

        Assert.False(AnchorReceiptJson.TryWrite(receipt with { StorageProof = [] }, out _));
        Assert.False(AnchorReceiptJson.TryWrite(receipt with { AccountProof = [.. Enumerable.Repeat(receipt.AccountProof[0], 66)] }, out _));
        Assert.False(AnchorReceiptJson.TryWrite(receipt with { StorageProof = [new byte[1025]] }, out _));
        Assert.False(AnchorReceiptJson.TryWrite(receipt with { StorageProof = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[1000], 40)] }, out _));
        Assert.True(AnchorReceiptJson.TryWrite(receipt with { StorageProof = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[1000], 25)] }, out _));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"accountProof\":[\"0xc0\"]}")]
    [InlineData("{\"accountProof\":[\"0xc0\"],\"storageProof\":[]}")]
    [InlineData("{\"accountProof\":[\"0xc0\"],\"storageProof\":[{\"proof\":[]},{\"proof\":[]}]}")]
    [InlineData("{\"accountProof\":[\"0xc0\"],\"storageProof\":[null]}")]
    [InlineData("{\"accountProof\":[\"c0\"],\"storageProof\":[{\"proof\":[]}]}")]
    [InlineData("{\"accountProof\":[\"0xc\"],\"storageProof\":[{\"proof\":[]}]}")]
    [InlineData("{\"accountProof\":[192],\"storageProof\":[{\"proof\":[]}]}")]
    [InlineData("{\"accountProof\":[\"\\ud800\"],\"storageProof\":[{\"proof\":[]}]}")]
    [InlineData("{\"accountProof\":\"0xc0\",\"storageProof\":[{\"proof\":[]}]}")]
    public void A_malformed_answer_of_a_node_is_refused(string answer)
    {
        Assert.True(ProofNodesJson.TryReadAnswer(JsonDocument.Parse("{\"accountProof\":[\"0xc0\"],\"storageProof\":[{\"proof\":[]}]}").RootElement, out var account, out var storage));
        Assert.Equal((1, 0), (account.Count, storage.Count));
        Assert.False(ProofNodesJson.TryReadAnswer(JsonDocument.Parse(answer).RootElement, out _, out _));
    }

    [Fact]
    public void The_slot_is_the_one_that_cast_computes()
    {
        var random = new RandomValues(31);
        for (var i = 0; i < 5; i++)
        {
            var (submitter, origin, size) = (random.Account(), random.Word(), random.Long());
            var bySubmitter = Cast.Say("index", "address", submitter.ToString(), "0");
            var byOrigin = Cast.Say("index", "bytes32", "0x" + origin, bySubmitter);
            Assert.Equal(Cast.Say("index", "uint64", $"{size}", byOrigin), "0x" + AnchorSlot.Of(submitter, new(origin), new(size)));
        }
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Replace(IReadOnlyList<ReadOnlyMemory<byte>> nodes, int at, byte[] with) => [.. nodes.Select((n, i) => i == at ? with : n)];

    private static IEnumerable<byte[]> Changed(ReadOnlyMemory<byte> good)
    {
        for (var i = 0; i < good.Length; i++)
        {
            var changed = good.ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            yield return changed;
        }
    }
}
