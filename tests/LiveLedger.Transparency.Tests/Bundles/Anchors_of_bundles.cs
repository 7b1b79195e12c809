using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Bundles;

/// <summary>The file of anchored trees is read as it was written, for any two sizes, and is bounded in everything.</summary>
public sealed class Anchors_of_bundles
{
    private static readonly Bytes32[] s_leaves = [.. Enumerable.Range(0, 70).Select(static i => MerkleHash.Leaf([(byte)i]))];

    [Fact]
    public void Any_tree_in_any_larger_one_is_read_as_written_and_shown_to_be_extended()
    {
        for (var size = 1; size <= s_leaves.Length; size++)
        {
            for (var from = 1; from <= size; from++)
            {
                var file = BundleAnchors.Write([Anchor(from, size)]);
                Assert.True(BundleAnchors.TryParse(file, new((ulong)size), out var anchors));
                var anchor = Assert.Single(anchors);
                Assert.Equal((Head(from), "receipt"), (anchor.Head, Encoding.ASCII.GetString(anchor.Receipt.Span)));
                Assert.Equal(ProofResult.Valid, anchor.Growth.Verify(anchor.Head.Root, Head(size).Root));
                Assert.Equal(file, BundleAnchors.Write(anchors));
                Assert.False(BundleAnchors.TryParse(file, new((ulong)from - 1), out _));
            }
        }
    }

    [Fact]
    public void The_longest_file_is_within_its_bound_and_a_longer_receipt_or_a_fifth_is_not_read()
    {
        Assert.True(ConsistencyProof.TryCreate(new(1), new(TreeSize.Max), [.. Enumerable.Repeat(s_leaves[0], ConsistencyProof.MaxHashes)], out var growth));
        var receipt = Encoding.ASCII.GetBytes(new string('r', BundleAnchors.MaxReceipt));
        BundleAnchor[] longest = [.. Enumerable.Range(0, BundleAnchors.MaxAnchors).Select(i => new BundleAnchor(new(new(TreeSize.Max - (ulong)i), new(s_leaves[i])), receipt, growth))];
        var file = BundleAnchors.Write(longest);
        Assert.True(file.Length <= BundleFiles.MaxLength(BundleFiles.Anchors));
        Assert.True(BundleAnchors.TryParse(file, new(TreeSize.Max), out var anchors));
        Assert.Equal(longest.Select(static a => a.Head), anchors.Select(static a => a.Head));

        var fifth = BundleAnchors.Write([longest[0] with { Head = Head(1) }]);
        Assert.False(BundleAnchors.TryParse([.. file, .. fifth], new(TreeSize.Max), out _));
        Assert.False(BundleAnchors.TryParse(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(fifth).Replace("\nr", "\nrr", StringComparison.Ordinal)), new(TreeSize.Max), out _));
    }

    [Fact]
    public void What_nobody_would_read_is_not_written()
    {
        var anchor = Anchor(3, 7);
        Assert.Throws<ArgumentOutOfRangeException>(() => BundleAnchors.Write([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BundleAnchors.Write([anchor, anchor, anchor, anchor, anchor]));
        foreach (var receipt in (byte[][])[[], [.. "two\nlines"u8], new byte[BundleAnchors.MaxReceipt + 1]])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => BundleAnchors.Write([anchor with { Receipt = receipt }]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("anchor 3 ")]
    [InlineData("anchor 3 ROOT")]
    [InlineData("anchor 3 ROOT\n")]
    [InlineData("anchor 3 ROOT\nreceipt")]
    [InlineData("anchor 3 ROOT\n\n")]
    [InlineData("anchor 3 ROOT\nreceipt\n\n")]
    [InlineData("anchor 3 ROOT\nreceipt\nhash\n")]
    [InlineData("anchor 3 ROOT \nreceipt\n")]
    [InlineData("anchor +3 ROOT\nreceipt\n")]
    [InlineData("anchor 00000000000000000003 ROOT\nreceipt\n")]
    [InlineData("anchor 3 ROOT\nreceipt\nROOT\r\n")]
    [InlineData("Anchor 3 ROOT\nreceipt\n")]
    public void Another_form_is_not_read(string form)
    {
        var root = Convert.ToBase64String(s_leaves[3].ToArray());
        Assert.True(BundleAnchors.TryParse(Encoding.ASCII.GetBytes($"anchor 3 {root}\nreceipt\n{root}\n"), new(7), out _));
        Assert.False(BundleAnchors.TryParse(Encoding.ASCII.GetBytes(form.Replace("ROOT", root, StringComparison.Ordinal)), new(7), out var anchors));
        Assert.Empty(anchors);
    }

    private static TreeHead Head(int size) => new(new((ulong)size), new(MerkleHash.Root(s_leaves.AsSpan(0, size))));

    private static BundleAnchor Anchor(int from, int size) => new(
        Head(from), "receipt"u8.ToArray(),
        ConsistencyProof.Compute(new((ulong)from), new((ulong)size), static n => MerkleHash.Root(s_leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level))));
}
