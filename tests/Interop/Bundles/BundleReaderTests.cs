using LiveLedger.Harness.Bundles;
using LiveLedger.Transparency.Bundles;

namespace LiveLedger.Interop.Bundles;

/// <summary>A reader that has none of our code, written from the format's page, verifies our bundles and refuses altered ones.</summary>
public sealed class BundleReaderTests
{
    private static readonly byte[] s_bundle = SampleBundle.Of(700, static i => i % 7 < 2).Make();

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
    private sealed record Found(string? Refusal, string? Broadcast, int Entries, int Streams, int Size, string? Key);
}
