using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Peering.Statements;

/// <summary>
/// What a peer says of a chunk that it sends: of which segment record it is, and what it hashes to (docs/formats/fraud-proof.md). It names no receiver, so it is signed once for all of them. Of bytes
/// that are not the record's it convicts its signer, to anybody.
/// </summary>
/// <param name="Record">Hash of the segment record.</param>
/// <param name="Chunk">Index of the chunk in the segment.</param>
/// <param name="Leaf">Leaf hash of the chunk's bytes (RFC 6962 §2.1).</param>
public readonly record struct ChunkStatement(Sha256Hash Record, int Chunk, Bytes32 Leaf)
{
    private const int FieldsLength = Bytes32.Length + sizeof(uint) + Bytes32.Length;

    private static ReadOnlySpan<byte> Tag => "liveledger chunk statement v1\n"u8;

    /// <summary>Signs it into 64 bytes. An honest peer states the leaf that the record has, of bytes that it has hashed: then whatever rots later, no statement of it is untrue. Allocates nothing.</summary>
    public void Sign(Ed25519PrivateKey key, Span<byte> signature)
    {
        Span<byte> bytes = stackalloc byte[Tag.Length + FieldsLength];
        Write(bytes);
        key.Sign(bytes, signature);
    }

    /// <summary>True if it is the word of that key. Allocates nothing.</summary>
    public bool Verify(Ed25519PublicKey key, ReadOnlySpan<byte> signature)
    {
        Span<byte> bytes = stackalloc byte[Tag.Length + FieldsLength];
        Write(bytes);
        return key.Verify(bytes, signature);
    }

    private void Write(Span<byte> bytes)
    {
        Tag.CopyTo(bytes);
        var fields = bytes[Tag.Length..];
        Record.Value.CopyTo(fields);
        BinaryPrimitives.WriteUInt32BigEndian(fields[Bytes32.Length..], (uint)Chunk);
        Leaf.CopyTo(fields[(Bytes32.Length + sizeof(uint))..]);
    }
}
