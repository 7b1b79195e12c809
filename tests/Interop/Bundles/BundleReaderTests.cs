using System.Text;
using LiveLedger.Harness.Bundles;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Interop.Bundles;

/// <summary>A reader that has none of our code, written from the format's page, verifies our bundles and refuses altered ones.</summary>
public sealed class BundleReaderTests
{
    private static readonly SampleBundle s_sample = SampleBundle.Of(700, static i => i % 7 < 2);
    private static readonly byte[] s_bundle = s_sample.Make();

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(700, 7, 2)]
    [InlineData(1000, 1, 1)]
    [InlineData(5000, 97, 1)]
    [InlineData(5000, 4999, 1)]
    public void An_independent_reader_verifies_a_bundle(int size, int every, int of)
    {
        var sample = SampleBundle.Of(size, i => i % every < of);
        var found = NodeReader.Read<Found>("bundle", sample.Make());
        Assert.Null(found.Refusal);
        Assert.Equal((SampleBundle.Broadcast, sample.Own.Count, size), (found.Broadcast, found.Entries, found.Size));
        Assert.Equal(SampleBundle.Signer.VerifierKey.ToString(), found.Key);
        Assert.Empty(found.Anchors);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(699)]
    [InlineData(700)]
    public void It_verifies_anchors_down_to_the_blocks_hash(int size)
    {
        int[] sizes = size > 3 ? [size, 3] : [size];
        BundleAnchor[] anchors = [.. sizes.Select(s => s_sample.AnchorAt(s))];
        var found = NodeReader.Read<Found>("bundle", s_sample.Make(anchors: anchors));
        Assert.Null(found.Refusal);
        Assert.Equal(sizes, found.Anchors.Select(static a => a.Size));
        Assert.Equal(("31337", SampleAnchor.Block, SampleAnchor.BlockOf(anchors[0].Receipt).ToString()), (found.Anchors[0].Chain, found.Anchors[0].Block, found.Anchors[0].BlockHash));
    }

    [Theory]
    [InlineData("anchor 450 ", "anchor 449 ", "anchors: the tree of size 449 is not extended")]
    [InlineData("\"size\":\"450\"", "\"size\":\"449\"", "anchors: the receipt of something else")]
    [InlineData("\"contract\":\"0xa1", "\"contract\":\"0xa2", "anchors: no such contract")]
    [InlineData("\"submitter\":\"0x5b", "\"submitter\":\"0x5c", "anchors: another root is anchored")]
    [InlineData("\"storage\":[\"0xf8", "\"storage\":[\"0xf9", "anchors: a node is not the one that is named")]
    public void It_refuses_an_altered_anchor(string honest, string altered, string refusal)
    {
        var files = SampleBundle.Unpack(s_sample.Make(anchors: [s_sample.AnchorAt(450)]));
        var text = Encoding.ASCII.GetString(files[BundleFiles.Anchors]);
        Assert.Contains(honest, text);
        files[BundleFiles.Anchors] = Encoding.ASCII.GetBytes(text.Replace(honest, altered, StringComparison.Ordinal));
        Assert.Equal(refusal, NodeReader.Read<Found>("bundle", SampleBundle.Pack(files)).Refusal);
    }

    [Theory]
    [InlineData(BundleFiles.Checkpoint, 30, "checkpoint: ")]
    [InlineData(BundleFiles.Key, 30, "key: ")]
    [InlineData(BundleFiles.Contents, 75, "")]
    [InlineData(BundleFiles.Entries, 7, "entries: ")]
    [InlineData(BundleFiles.Entries, 12, "entries: another root")]
    [InlineData(BundleFiles.Entries, 150, "entries: payload of 0")]
    [InlineData(BundleFiles.Entries, -1, "entries: another root")]
    public void It_refuses_one_altered_bit_in(string name, int at, string refusal)
    {
        var files = SampleBundle.Unpack(s_bundle);
        files[name][at < 0 ? files[name].Length + at : at] ^= 1;
        Assert.StartsWith(refusal, NodeReader.Read<Found>("bundle", SampleBundle.Pack(files)).Refusal ?? "taken", StringComparison.Ordinal);
        Assert.NotNull(NodeReader.Read<Found>("bundle", SampleBundle.Pack(files)).Refusal);
    }

    [Fact]
    public void It_misses_an_entry_that_was_left_out_with_a_right_proof()
    {
        var sample = SampleBundle.Usual();
        Assert.Contains("playback/viewer-1", NodeReader.Read<Found>("bundle", sample.Make(leave: static r => r.Index == 599)).Refusal);
        Assert.StartsWith("entries: ", NodeReader.Read<Found>("bundle", sample.Make(leave: static r => r.Index == 300)).Refusal);
    }

    /// <summary>What the reader says.</summary>
    private sealed record Found(string? Refusal, string? Broadcast, int Entries, int Streams, int Size, IReadOnlyList<Anchor> Anchors, string? Key);

    /// <summary>What it says of an anchor.</summary>
    private sealed record Anchor(string Chain, int Size, ulong Block, string BlockHash);
}
