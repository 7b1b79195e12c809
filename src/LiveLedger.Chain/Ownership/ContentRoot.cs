using System.Buffers.Binary;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Ownership;

/// <summary>
/// What a broadcast's token says was broadcast: the RFC 6962 §2.1 root over the last record of each track. Records name the one before them, so the last one
/// of a track commits to all of it. See <c>docs/formats/ownership.md</c>.
/// </summary>
public static class ContentRoot
{
    /// <summary>Most tracks.</summary>
    public const int MaxTracks = 256;

    /// <summary>The root of tracks in whatever order; those without a segment do not count.</summary>
    /// <param name="tracks">Name, number of segments, SHA-256 of the last segment's record.</param>
    /// <exception cref="ArgumentException">Two have one name, or there are too many, or a track with segments has no last record.</exception>
    public static Bytes32 Of(IEnumerable<(string Track, uint Segments, Sha256Hash? LastRecord)> tracks)
    {
        var tree = new CompactRange();
        string? before = null;
        foreach (var (track, segments, last) in tracks.Where(static t => t.Segments > 0).OrderBy(static t => t.Track, StringComparer.Ordinal))
        {
            if (track == before || tree.Size.Value == MaxTracks || last is null)
            {
                throw new ArgumentException($"track {track} cannot be in a content root", nameof(tracks));
            }

            tree.Append(LeafHash.Of(Leaf(track, segments, last.Value)));
            before = track;
        }

        return tree.Root().Value;
    }

    // Length and name, number of segments, hash; integers big-endian.
    private static byte[] Leaf(string track, uint segments, Sha256Hash last)
    {
        var name = Encoding.UTF8.GetBytes(track);
        var leaf = new byte[2 + name.Length + 4 + Bytes32.Length];
        BinaryPrimitives.WriteUInt16BigEndian(leaf, checked((ushort)name.Length));
        name.CopyTo(leaf.AsSpan(2));
        BinaryPrimitives.WriteUInt32BigEndian(leaf.AsSpan(2 + name.Length), segments);
        last.Value.CopyTo(leaf.AsSpan(2 + name.Length + 4));
        return leaf;
    }
}
