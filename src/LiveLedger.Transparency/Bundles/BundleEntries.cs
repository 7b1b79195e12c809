using System.Buffers;
using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Bundles;

/// <summary>
/// Writes the entries of a bundle, and the one proof of all of them. The tree's leaves are cut, left to right, into the bundle's entries and,
/// between them, the largest full subtrees without any: the hash of each of those stands where it belongs, and is all that a proof needs.
/// </summary>
public static class BundleEntries
{
    /// <summary>Most entries of a bundle.</summary>
    public const int MaxEntries = 1 << 23;

    /// <summary>Most bytes of a payload.</summary>
    public const int MaxPayload = 1024 * 1024;

    internal const int IndexLength = sizeof(ulong);

    /// <summary>Most hashes between two entries: a subtree of each size up, and of each size down.</summary>
    internal const int MaxBetween = 2 * 63;

    /// <summary>Most bytes of an entry with all that stands before and behind it.</summary>
    public const int MaxRecord = IndexLength + MaxBetween * Bytes32.Length + sizeof(ushort) + LedgerEntry.MaxLength + PayloadDigest.SaltLength + sizeof(uint) + MaxPayload;

    /// <summary>The subtrees between two entries of a bundle, left to right: their hashes go before the second.</summary>
    /// <param name="start">The index behind the first one; 0 before any.</param>
    /// <param name="end">The second's index; or the tree's size behind the last.</param>
    public static IReadOnlyList<NodeAddress> Between(ulong start, ulong end) => NodeAddress.Cover(start, end);

    /// <summary>Writes an entry. The caller writes them in the order of the log.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="index">Its place in the log.</param>
    /// <param name="between">The hashes of <see cref="Between"/> the entry before and this one.</param>
    /// <param name="entry">The leaf's bytes.</param>
    /// <param name="salt">Beside the payload.</param>
    /// <param name="payload">As it is stored.</param>
    public static void Write(
        IBufferWriter<byte> output, LedgerIndex index, ReadOnlySpan<Bytes32> between, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, LedgerEntry.MaxLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, PayloadDigest.SaltLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayload);
        WritePlace(output, index.Value, between);
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(sizeof(ushort)), (ushort)entry.Length);
        output.Advance(sizeof(ushort));
        output.Write(entry);
        output.Write(salt);
        BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), (uint)payload.Length);
        output.Advance(sizeof(uint));
        output.Write(payload);
    }

    /// <summary>Writes what stands behind the last entry.</summary>
    public static void WriteEnd(IBufferWriter<byte> output, TreeSize size, ReadOnlySpan<Bytes32> between) => WritePlace(output, size.Value, between);

    private static void WritePlace(IBufferWriter<byte> output, ulong place, ReadOnlySpan<Bytes32> between)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output.GetSpan(IndexLength), place);
        output.Advance(IndexLength);
        foreach (var hash in between)
        {
            hash.CopyTo(output.GetSpan(Bytes32.Length));
            output.Advance(Bytes32.Length);
        }
    }
}
