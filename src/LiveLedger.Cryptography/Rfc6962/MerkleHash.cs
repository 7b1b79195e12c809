using System.Numerics;
using System.Security.Cryptography;

namespace LiveLedger.Cryptography.Rfc6962;

/// <summary>The Merkle tree hash of RFC 6962 §2.1 with SHA-256, shared by the log's tree and the chunk trees of segments.</summary>
public static class MerkleHash
{
    // Prefix and data on the stack in one call beats two updates of a hash state while the data are small.
    private const int OneShotLimit = 1023;

    [ThreadStatic]
    private static IncrementalHash? s_long;

    /// <summary>The hash of a tree without leaves: SHA-256 of the empty string.</summary>
    public static Bytes32 Empty { get; } = Sha256Hash.Of([]).Value;

    /// <summary>SHA-256(0x00 ‖ data). Allocates nothing after the first long leaf of a thread.</summary>
    public static Bytes32 Leaf(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        if (data.Length <= OneShotLimit)
        {
            Span<byte> prefixed = stackalloc byte[1 + OneShotLimit];
            prefixed[0] = 0;
            data.CopyTo(prefixed[1..]);
            SHA256.HashData(prefixed[..(1 + data.Length)], hash);
        }
        else
        {
            var state = s_long ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            state.AppendData([0]);
            state.AppendData(data);
            state.GetHashAndReset(hash);
        }

        return new(hash);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Bytes32 Node(in Bytes32 left, in Bytes32 right)
    {
        Span<byte> prefixed = stackalloc byte[1 + 2 * Bytes32.Length];
        prefixed[0] = 1;
        left.CopyTo(prefixed[1..]);
        right.CopyTo(prefixed[(1 + Bytes32.Length)..]);
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        SHA256.HashData(prefixed, hash);
        return new(hash);
    }

    /// <summary>The root over leaf hashes in order; <see cref="Empty"/> for none. Allocates nothing.</summary>
    public static Bytes32 Root(ReadOnlySpan<Bytes32> leaves) => leaves.Length switch
    {
        0 => Empty,
        1 => leaves[0],
        _ => Split(leaves),
    };

    private static Bytes32 Split(ReadOnlySpan<Bytes32> leaves)
    {
        // RFC 6962 §2.1: k is the largest power of two smaller than n.
        var k = (int)(BitOperations.RoundUpToPowerOf2((uint)leaves.Length) >> 1);
        return Node(Root(leaves[..k]), Root(leaves[k..]));
    }
}
