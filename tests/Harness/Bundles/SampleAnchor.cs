using System.Text;
using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Harness.Bundles;

/// <summary>A made-up chain: one block, in its state one contract, in its storage one anchored root. So each trie is one leaf (yellow paper, appendix D).</summary>
public static class SampleAnchor
{
    /// <summary>The block's height.</summary>
    public const ulong Block = 812;

    private static readonly Address s_contract = new(Convert.FromHexString("a11c0000000000000000000000000000000000c7"));
    private static readonly Address s_submitter = new(Convert.FromHexString("5b00000000000000000000000000000000000001"));

    /// <summary>The receipt of a tree.</summary>
    public static AnchorReceipt Of(string origin, TreeHead head)
    {
        var named = Sha256Hash.Of(Encoding.UTF8.GetBytes(origin));
        var storage = Leaf(AnchorSlot.Of(s_submitter, named, head.Size).ToArray(), Item(head.Root.Value.ToArray().AsSpan().TrimStart((byte)0)));
        var account = Leaf(s_contract.ToArray(), List(Item([1]), Item([]), Item(Keccak256.Of(storage).ToArray()), Item(Keccak256.Of("code"u8).ToArray())));
        return new()
        {
            Chain = new(31337),
            Contract = s_contract,
            Submitter = s_submitter,
            Origin = named,
            Head = head,
            Header = SampleHeader.Of(Keccak256.Of(account), Block, 1_800_000_000),
            AccountProof = [account],
            StorageProof = [storage],
        };
    }

    /// <summary>A receipt's file.</summary>
    public static byte[] FileOf(AnchorReceipt receipt) => AnchorReceiptJson.TryWrite(receipt, out var file) ? file : throw new InvalidOperationException("our own receipt is not written");

    /// <summary>The hash of a receipt's block.</summary>
    public static BlockHash BlockOf(ReadOnlyMemory<byte> file) =>
        AnchorReceiptJson.TryParse(file.Span, out var receipt) ? new(Keccak256.Of(receipt.Header.Span)) : throw new InvalidOperationException("no receipt");

    // The only leaf of a trie: the whole path of the hashed key, behind the mark of a leaf of even length.
    private static byte[] Leaf(byte[] key, byte[] value) => List(Item([0x20, .. Keccak256.Of(key).ToArray()]), Item(value));

    // RLP (yellow paper, appendix B), of what is shorter than 256 bytes.
    private static byte[] Item(ReadOnlySpan<byte> bytes) => bytes.Length == 1 && bytes[0] < 0x80 ? bytes.ToArray() : [.. Prefix(0x80, bytes.Length), .. bytes];

    private static byte[] List(params byte[][] items)
    {
        byte[] all = [.. items.SelectMany(static i => i)];
        return [.. Prefix(0xc0, all.Length), .. all];
    }

    private static byte[] Prefix(int kind, int length) => length <= 55 ? [(byte)(kind + length)] : [(byte)(kind + 56), checked((byte)length)];
}
