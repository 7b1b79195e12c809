using System.Runtime.InteropServices;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Media.Chunks;

/// <summary>The Merkle tree over the 16 KiB chunks of a delivered segment (docs/formats/segment-record.md).</summary>
public sealed class ChunkTree
{
    /// <summary>Bytes in every chunk but the last.</summary>
    public const int ChunkSize = 16384;

    /// <summary>Longest segment in bytes.</summary>
    public const int MaxSegmentLength = 1 << 26;

    /// <summary>Most chunks a segment has.</summary>
    public const int MaxChunks = MaxSegmentLength / ChunkSize;

    private readonly byte[] _leaves;

    private ChunkTree(int byteLength, byte[] leaves)
    {
        ByteLength = byteLength;
        _leaves = leaves;
        Root = RootOf(leaves);
    }

    /// <summary>Length of the segment in bytes.</summary>
    public int ByteLength { get; }

    /// <summary>The leaf hashes in order, 32 bytes each.</summary>
    public ReadOnlyMemory<byte> Leaves => _leaves;

    /// <summary>The tree's root.</summary>
    public Bytes32 Root { get; }

    /// <summary>Hashes a segment of 1 to 2^26 bytes. Allocates the leaf list and nothing for each chunk.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The segment is empty or too long.</exception>
    public static ChunkTree Of(ReadOnlySpan<byte> segment)
    {
        ArgumentOutOfRangeException.ThrowIfZero(segment.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segment.Length, MaxSegmentLength);
        var leaves = new byte[CountFor(segment.Length) * Bytes32.Length];
        for (var i = 0; i * Bytes32.Length < leaves.Length; i++)
        {
            MerkleHash.Leaf(ChunkOf(segment, i)).CopyTo(leaves.AsSpan(i * Bytes32.Length));
        }

        return new(segment.Length, leaves);
    }

    /// <summary>Number of chunks of a segment of <paramref name="byteLength"/> bytes.</summary>
    public static int CountFor(int byteLength) => (int)(((long)byteLength + ChunkSize - 1) / ChunkSize);

    /// <summary>The bytes of chunk <paramref name="index"/>.</summary>
    public static ReadOnlySpan<byte> ChunkOf(ReadOnlySpan<byte> segment, int index)
    {
        var rest = segment[(index * ChunkSize)..];
        return rest.Length > ChunkSize ? rest[..ChunkSize] : rest;
    }

    /// <summary>The root over a leaf list, 32 bytes for each leaf.</summary>
    internal static Bytes32 RootOf(ReadOnlySpan<byte> leaves) => MerkleHash.Root(MemoryMarshal.Cast<byte, Bytes32>(leaves));
}
