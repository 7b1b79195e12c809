using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Bundles;

/// <summary>A tree of the log that was anchored on a chain, in the bundle of a tree that extends it.</summary>
/// <param name="Head">The anchored tree.</param>
/// <param name="Receipt">What shows that it was anchored. Of chains this room knows nothing: to it that is a line of bytes.</param>
/// <param name="Growth">That the bundle's tree extends it.</param>
public sealed record BundleAnchor(TreeHead Head, ReadOnlyMemory<byte> Receipt, ConsistencyProof Growth);

/// <summary>The file of anchored trees: a line with size and root, the receipt's line, and a line for each hash of the proof that the bundle's tree extends it.</summary>
public static class BundleAnchors
{
    /// <summary>Most anchored trees of a bundle.</summary>
    public const int MaxAnchors = 4;

    /// <summary>Most bytes of a receipt.</summary>
    public const int MaxReceipt = 64 * 1024;

    // The receipt, and the two lines and the hashes beside it.
    internal const int MaxLength = MaxAnchors * (MaxReceipt + 4 * 1024);

    private const string FirstWord = "anchor";
    private const int HashLength = 44;
    private const int MaxFirstLine = 6 + 1 + 19 + 1 + HashLength;
    private const byte LineEnd = (byte)'\n';

    private static ReadOnlySpan<byte> Start => "anchor "u8;

    /// <summary>Writes the file. Whether the proofs hold is for who reads it to say.</summary>
    /// <param name="anchors">One at least, the largest tree first.</param>
    /// <exception cref="ArgumentException">What nobody would read.</exception>
    public static byte[] Write(IReadOnlyList<BundleAnchor> anchors)
    {
        ArgumentOutOfRangeException.ThrowIfZero(anchors.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(anchors.Count, MaxAnchors);
        var file = new ArrayBufferWriter<byte>();
        foreach (var (head, receipt, growth) in anchors)
        {
            ArgumentOutOfRangeException.ThrowIfZero(receipt.Length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(receipt.Length, MaxReceipt);
            ArgumentOutOfRangeException.ThrowIfNotEqual(receipt.Span.IndexOf(LineEnd), -1);
            file.Write(Encoding.ASCII.GetBytes($"{FirstWord} {head.Size} {Text(head.Root.Value)}\n"));
            file.Write(receipt.Span);
            file.Write([LineEnd]);
            foreach (var hash in growth.Hashes)
            {
                file.Write(Encoding.ASCII.GetBytes($"{Text(hash)}\n"));
            }
        }

        return file.WrittenSpan.ToArray();
    }

    /// <summary>Takes the file from outside; whatever is read is written again to the same bytes. Neither proofs nor receipts have been checked.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">The size of the bundle's tree.</param>
    /// <param name="anchors">What it holds; empty if the result is false.</param>
    public static bool TryParse(ReadOnlySpan<byte> file, TreeSize size, out IReadOnlyList<BundleAnchor> anchors)
    {
        anchors = [];
        var read = new List<BundleAnchor>();
        while (!file.IsEmpty)
        {
            // Each smaller than the one before, so none stands there twice.
            if (read.Count == MaxAnchors || !TryTake(ref file, size, out var anchor) || (read.Count > 0 && anchor.Head.Size.CompareTo(read[^1].Head.Size) >= 0))
            {
                return false;
            }

            read.Add(anchor);
        }

        anchors = read;
        return read.Count > 0;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, TreeSize size, [NotNullWhen(true)] out BundleAnchor? anchor)
    {
        anchor = null;
        if (!TryTakeLine(ref rest, MaxFirstLine, out var first) || !TryReadFirst(first, out var head) || head.Size.CompareTo(size) > 0
            || !TryTakeLine(ref rest, MaxReceipt, out var receipt) || receipt.IsEmpty)
        {
            return false;
        }

        var hashes = new List<Bytes32>();
        while (!rest.IsEmpty && !rest.StartsWith(Start))
        {
            if (hashes.Count == ConsistencyProof.MaxHashes || !TryTakeLine(ref rest, HashLength, out var line) || !TryReadHash(Encoding.ASCII.GetString(line), out var hash))
            {
                return false;
            }

            hashes.Add(hash);
        }

        anchor = ConsistencyProof.TryCreate(head.Size, size, hashes, out var growth) ? new(head, receipt.ToArray(), growth) : null;
        return anchor is not null;
    }

    private static bool TryReadFirst(ReadOnlySpan<byte> line, out TreeHead head)
    {
        head = default;
        if (Encoding.ASCII.GetString(line).Split(' ') is not [FirstWord, var size, var root] || !TreeSize.TryParse(size, out var leaves) || leaves.Value == 0 || !TryReadHash(root, out var hash))
        {
            return false;
        }

        head = new(leaves, new(hash));
        return true;
    }

    private static bool TryTakeLine(ref ReadOnlySpan<byte> rest, int most, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf(LineEnd);
        line = end < 0 ? default : rest[..end];
        rest = rest[(end + 1)..];
        return end >= 0 && end <= most;
    }

    private static string Text(Bytes32 hash) => StrictBase64.Encode(hash.ToArray());

    private static bool TryReadHash(string text, out Bytes32 hash)
    {
        var read = StrictBase64.TryDecode(text, out var bytes) && bytes.Length == Bytes32.Length;
        hash = read ? new(bytes) : default;
        return read;
    }
}
