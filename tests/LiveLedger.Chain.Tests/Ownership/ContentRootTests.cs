using System.Security.Cryptography;
using System.Text;
using LiveLedger.Chain.Ownership;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Tests.Ownership;

/// <summary>The content root is what the page says, made here once more by hand.</summary>
public sealed class ContentRootTests
{
    private static readonly Sha256Hash s_audio = Sha256Hash.Of("audio"u8), s_video = Sha256Hash.Of("video"u8), s_words = Sha256Hash.Of("words"u8);

    [Fact]
    public void It_is_the_tree_over_each_tracks_last_record_by_name()
    {
        var expected = Node(Node(Leaf("audio", 7, s_audio), Leaf("video", 300, s_video)), Leaf("words", 1, s_words));
        Assert.Equal(expected, ContentRoot.Of([("words", 1, s_words), ("video", 300, s_video), ("audio", 7, s_audio)]).ToArray());
    }

    [Fact]
    public void A_track_without_a_segment_does_not_count_and_nothing_at_all_is_the_empty_tree()
    {
        Assert.Equal(ContentRoot.Of([("video", 3, s_video)]), ContentRoot.Of([("video", 3, s_video), ("audio", 0, null)]));
        Assert.Equal(RootHash.Empty.Value, ContentRoot.Of([("audio", 0, null)]));
    }

    [Fact]
    public void Another_name_number_or_record_is_another_root()
    {
        var root = ContentRoot.Of([("video", 3, s_video), ("audio", 3, s_audio)]);
        Assert.NotEqual(root, ContentRoot.Of([("video", 4, s_video), ("audio", 3, s_audio)]));
        Assert.NotEqual(root, ContentRoot.Of([("vidéo", 3, s_video), ("audio", 3, s_audio)]));
        Assert.NotEqual(root, ContentRoot.Of([("video", 3, s_audio), ("audio", 3, s_video)]));
    }

    [Fact]
    public void Two_tracks_of_one_name_and_one_without_its_record_are_no_broadcast()
    {
        Assert.Throws<ArgumentException>(() => ContentRoot.Of([("video", 3, s_video), ("video", 3, s_video)]));
        Assert.Throws<ArgumentException>(() => ContentRoot.Of([("video", 3, null)]));
    }

    private static byte[] Leaf(string name, int segments, Sha256Hash last) => SHA256.HashData(
        [0x00, 0, (byte)Encoding.UTF8.GetByteCount(name), .. Encoding.UTF8.GetBytes(name), 0, 0, (byte)(segments >> 8), (byte)segments, .. last.Value.ToArray()]);

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([0x01, .. left, .. right]);
}
