using System.Text.Json;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Rlp;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Blocks;

public sealed class BlockHeaderTests
{
    /// <summary>Ethereum's first block, whose hash everybody knows.</summary>
    private static readonly BlockHeaderFields s_genesis = new()
    {
        ParentHash = default,
        OmmersHash = Hash("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"),
        Beneficiary = default,
        StateRoot = Hash("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"),
        TransactionsRoot = Hash("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
        ReceiptsRoot = Hash("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
        LogsBloom = new byte[256],
        Difficulty = 0x400000000,
        Number = 0,
        GasLimit = 5000,
        GasUsed = 0,
        Timestamp = 0,
        ExtraData = Convert.FromHexString("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"),
        MixHash = default,
        Nonce = 0x42,
    };

    private static BlockHeaderFields Osaka => s_genesis with
    {
        Number = 21_000_000,
        Timestamp = 1_764_000_000,
        Difficulty = 0,
        BaseFeePerGas = 1_000_000_000,
        WithdrawalsRoot = default(Bytes32),
        BlobGasUsed = 0,
        ExcessBlobGas = 131_072,
        ParentBeaconBlockRoot = default(Bytes32),
        RequestsHash = default(Bytes32),
    };

    [Fact]
    public void Ethereums_first_block_has_its_hash()
    {
        Assert.True(s_genesis.TryWriteRlp(out var rlp));
        Assert.True(BlockHeader.TryParse(rlp, out var header));
        Assert.Equal("0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3", header.Hash.ToString());
        Assert.Equal(s_genesis.StateRoot, header.StateRoot);
    }

    [Theory]
    [InlineData("berlin", 15)]
    [InlineData("london", 16)]
    [InlineData("shanghai", 17)]
    [InlineData("cancun", 20)]
    [InlineData("prague", 21)]
    [InlineData("osaka", 21)]
    public async Task A_nodes_block_of_every_fork_written_from_its_fields_has_the_nodes_hash(string fork, int fields)
    {
        await using var node = new Anvil(["--hardfork", fork]);
        await node.InitializeAsync();
        await node.AskAsync("anvil_mine", "0x2");
        var block = await node.AskAsync("eth_getBlockByNumber", "latest", false);

        Assert.True(BlockHeaderJson.TryRead(block, out var named));
        Assert.True(named.TryWriteRlp(out var rlp));
        Assert.Equal(fields, Count(rlp));
        Assert.True(BlockHeader.TryParse(rlp, out var header));
        Assert.Equal(block.GetProperty("hash").GetString(), header.Hash.ToString());
        Assert.Equal(block.GetProperty("parentHash").GetString(), header.Parent.ToString());
        Assert.Equal(block.GetProperty("stateRoot").GetString(), "0x" + header.StateRoot);
        Assert.Equal(block.GetProperty("receiptsRoot").GetString(), "0x" + header.ReceiptsRoot);
        Assert.Equal(2UL, header.Number.Value);
        Assert.Equal(block.GetProperty("timestamp").GetString(), HexText.Quantity(header.Timestamp));
    }

    [Fact]
    public void Fields_of_forks_to_come_are_passed_over_up_to_a_bound()
    {
        Assert.True(Osaka.TryWriteRlp(out var rlp));
        Assert.True(BlockHeader.TryParse(rlp, out var header));
        Assert.True(BlockHeader.TryParse(Append(rlp, [0x80]), out var later));
        Assert.Equal(header with { Hash = later.Hash }, later);
        Assert.True(BlockHeader.TryParse(Append(rlp, [0xc2, 0xc1, 0x05]), out _));
        Assert.True(BlockHeader.TryParse(Append(rlp, [.. Enumerable.Repeat((byte)0x80, 43)]), out _));
        Assert.False(BlockHeader.TryParse(Append(rlp, [.. Enumerable.Repeat((byte)0x80, 44)]), out _));
        Assert.False(BlockHeader.TryParse(Append(rlp, [0xc5, 0xc4, 0xc3, 0xc2, 0xc1, 0xc0]), out _));
        Assert.False(BlockHeader.TryParse(Append(rlp, [0x81, 0x05]), out _));
    }

    [Fact]
    public void Whatever_is_cut_off_or_put_behind_the_header_is_refused()
    {
        Assert.True(Osaka.TryWriteRlp(out var rlp));
        for (var length = 0; length < rlp.Length; length++)
        {
            Assert.False(BlockHeader.TryParse(rlp.AsSpan(0, length), out _), $"{length} bytes");
        }

        Assert.False(BlockHeader.TryParse([.. rlp, 0x80], out _));
        Assert.False(BlockHeader.TryParse([.. rlp, .. rlp], out _));
    }

    [Fact]
    public void A_changed_byte_makes_another_header_or_none()
    {
        Assert.True(Osaka.TryWriteRlp(out var rlp));
        Assert.True(BlockHeader.TryParse(rlp, out var header));
        for (var i = 0; i < rlp.Length; i++)
        {
            var changed = rlp.ToArray();
            changed[i] ^= 0x21;
            Assert.False(BlockHeader.TryParse(changed, out var other) && other.Hash == header.Hash, $"byte {i}");
        }
    }

    [Theory]
    [InlineData(0, 31)]
    [InlineData(0, 33)]
    [InlineData(1, 0)]
    [InlineData(2, 21)]
    [InlineData(3, 31)]
    [InlineData(4, 33)]
    [InlineData(5, 31)]
    [InlineData(6, 255)]
    [InlineData(7, 33)]
    [InlineData(8, 9)]
    [InlineData(9, 9)]
    [InlineData(10, 9)]
    [InlineData(11, 9)]
    [InlineData(13, 31)]
    [InlineData(14, 7)]
    public void A_field_of_another_length_is_refused(int field, int length)
    {
        int[] lengths = [32, 32, 20, 32, 32, 32, 256, 1, 1, 1, 1, 1, 4, 32, 8];
        Assert.True(BlockHeader.TryParse(Write(lengths), out _));
        lengths[field] = length;
        Assert.False(BlockHeader.TryParse(Write(lengths), out _));
    }

    [Fact]
    public void A_header_of_fourteen_fields_or_of_too_many_bytes_is_refused()
    {
        int[] lengths = [32, 32, 20, 32, 32, 32, 256, 1, 1, 1, 1, 1, 4, 32, 8];
        Assert.False(BlockHeader.TryParse(Write(lengths[..14]), out _));
        lengths[12] = 15_000;
        Assert.True(BlockHeader.TryParse(Write(lengths), out _));
        lengths[12] = 16_000;
        Assert.False(BlockHeader.TryParse(Write(lengths), out _));
    }

    [Fact]
    public void A_forks_field_without_those_before_it_is_not_written()
    {
        Assert.False((s_genesis with { RequestsHash = default(Bytes32) }).TryWriteRlp(out _));
        Assert.False((Osaka with { BlobGasUsed = null }).TryWriteRlp(out _));
        Assert.True((Osaka with { RequestsHash = null }).TryWriteRlp(out _));
        Assert.False((s_genesis with { LogsBloom = new byte[255] }).TryWriteRlp(out _));
        Assert.False((s_genesis with { ExtraData = new byte[BlockHeader.MaxLength] }).TryWriteRlp(out _));
    }

    [Theory]
    [InlineData("\"stateRoot\":\"0xd7", "\"stateRoot\":\"0xd")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":\"0x01388\"")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":\"0x10000000000000000\"")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":5000")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":\"\\ud800\"")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":\"0x1388\",\"baseFeePerGas\":\"1\"")]
    [InlineData("\"gasLimit\":\"0x1388\"", "\"gasLimit\":\"0x1388\",\"withdrawalsRoot\":\"0x\"")]
    [InlineData("\"nonce\":\"0x0000000000000042\"", "\"nonce\":\"0x42\"")]
    public void A_malformed_field_of_a_nodes_block_is_refused(string good, string bad)
    {
        var json = $$"""
            {"parentHash":"0x{{new string('0', 64)}}","sha3Uncles":"0x{{s_genesis.OmmersHash}}","miner":"0x{{new string('0', 40)}}","stateRoot":"0x{{s_genesis.StateRoot}}",
            "transactionsRoot":"0x{{s_genesis.TransactionsRoot}}","receiptsRoot":"0x{{s_genesis.ReceiptsRoot}}","logsBloom":"0x{{new string('0', 512)}}","difficulty":"0x400000000",
            "number":"0x0","gasLimit":"0x1388","gasUsed":"0x0","timestamp":"0x0","extraData":"0x11bb","mixHash":"0x{{new string('0', 64)}}","nonce":"0x0000000000000042","baseFeePerGas":null}
            """;
        Assert.True(BlockHeaderJson.TryRead(JsonDocument.Parse(json.Replace(",\"baseFeePerGas\":null", "")).RootElement, out _));
        Assert.True(BlockHeaderJson.TryRead(JsonDocument.Parse(json).RootElement, out var fields) && fields.BaseFeePerGas is null);
        Assert.Contains(good, json, StringComparison.Ordinal);
        Assert.False(BlockHeaderJson.TryRead(JsonDocument.Parse(json.Replace(",\"baseFeePerGas\":null", "").Replace(good, bad)).RootElement, out _));
    }

    [Fact]
    public void What_is_no_object_is_no_block() => Assert.False(BlockHeaderJson.TryRead(JsonDocument.Parse("null").RootElement, out _));

    private static byte[] Write(IEnumerable<int> lengths)
    {
        var fields = new RlpWriter();
        foreach (var length in lengths)
        {
            fields.Add(Enumerable.Repeat((byte)0x90, length).ToArray());
        }

        return fields.ToArray();
    }

    private static byte[] Append(byte[] rlp, byte[] items)
    {
        // Every header here is of 256 to 65,535 bytes: two bytes of length.
        Assert.Equal(0xf9, rlp[0]);
        var length = rlp.Length - 3 + items.Length;
        return [0xf9, (byte)(length >> 8), (byte)length, .. rlp[3..], .. items];
    }

    private static int Count(byte[] rlp)
    {
        var outer = new RlpReader(rlp);
        Assert.True(outer.TryTakeList(out var items));
        var count = 0;
        for (; items.TryTakeItem(1, out _); count++)
        {
        }

        return count;
    }

    private static Bytes32 Hash(string hex) => new(Convert.FromHexString(hex));
}
