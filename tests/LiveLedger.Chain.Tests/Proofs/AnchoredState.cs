using System.Buffers.Binary;
using System.Text;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Proofs;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Tests.Proofs;

/// <summary>A real node whose state has a contract with anchored roots in it, and many accounts beside it.</summary>
public sealed class AnchoredState : IAsyncLifetime
{
    private const int Anchors = 40;
    private const int OtherAccounts = 300;

    private readonly Anvil _node = new();

    internal static Address Contract { get; } = new(Convert.FromHexString("a11c0000000000000000000000000000000000c7"));

    internal static Address Submitter { get; } = new(Convert.FromHexString("5b00000000000000000000000000000000000001"));

    internal static Sha256Hash Origin { get; } = Sha256Hash.Of("ledger.example/main"u8);

    /// <summary>The root whose first bytes are zeros, which the trie does not keep.</summary>
    internal static TreeSize SizeOfShortRoot => new(1);

    internal static byte[] Code { get; } = [0x60, 0x01];

    internal BlockHash Block { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await _node.InitializeAsync();
        for (var i = 0; i < OtherAccounts; i++)
        {
            await _node.AskAsync("anvil_setBalance", new Address([.. new byte[16], 1, 2, (byte)(i >> 8), (byte)i]).ToString(), "0x1");
        }

        await _node.AskAsync("anvil_setCode", Contract.ToString(), HexText.Of(Code));
        for (var size = 1UL; size <= Anchors; size++)
        {
            await _node.AskAsync("anvil_setStorageAt", Contract.ToString(), Hex(AnchorSlot.Of(Submitter, Origin, new(size))), Hex(Root(size)));
        }

        await _node.AskAsync("evm_mine");
        var block = await _node.AskAsync("eth_getBlockByNumber", "latest", false);
        Assert.True(BlockHash.TryParse(block.GetProperty("hash").GetString(), out var hash));
        Block = hash;
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    /// <summary>What the node gives for a receipt, whatever it proves.</summary>
    internal async Task<AnchorReceipt> ReceiptAsync(ulong size, Address? contract = null, Address? submitter = null)
    {
        var block = await _node.AskAsync("eth_getBlockByNumber", "latest", false);
        Assert.True(BlockHeaderJson.TryRead(block, out var fields) & fields!.TryWriteRlp(out var header));
        var slot = AnchorSlot.Of(submitter ?? Submitter, Origin, new(size));
        var answer = await _node.AskAsync("eth_getProof", (contract ?? Contract).ToString(), new[] { Hex(slot) }, "latest");
        Assert.True(ProofNodesJson.TryReadAnswer(answer, out var account, out var storage));
        return new()
        {
            Chain = new(31337),
            Contract = contract ?? Contract,
            Submitter = submitter ?? Submitter,
            Origin = Origin,
            Head = new(new(size), new(Root(size))),
            Header = header,
            AccountProof = account,
            StorageProof = storage,
        };
    }

    internal static Bytes32 Root(ulong size)
    {
        if (size == SizeOfShortRoot.Value)
        {
            return new([.. new byte[30], 0x12, 0x00]);
        }

        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, size);
        return Sha256Hash.Of([.. Encoding.ASCII.GetBytes("root"), .. bytes]).Value;
    }

    private static string Hex(Bytes32 word) => "0x" + word;
}
