using System.Text.Json.Serialization;

namespace LiveLedger.Vectors.Records;

/// <summary>Bytes by rule, so that a 40,000-byte segment needs no 80,000 characters: byte i is (i · multiplier + i div 251 + offset) mod 256 (so that no two chunks are alike), then one byte XORed.</summary>
internal sealed record VectorSegment(int Length, int Multiplier, int Offset, VectorFlip? Flip = null)
{
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i * Multiplier + i / 251 + Offset);
        }

        if (Flip is { } flip)
        {
            bytes[flip.At] ^= flip.Xor;
        }

        return bytes;
    }
}

internal sealed record VectorFlip(int At, byte Xor);

internal sealed record VectorSlot(string Broadcast, string Track, uint Sequence, uint? Epoch);

/// <summary>One question and its answer. Binary fields are lower-case hexadecimal; null is "the reader does not hold it".</summary>
internal sealed record VectorCase
{
    public required string Name { get; init; }

    public required VectorSlot Slot { get; init; }

    /// <summary>Text form of the identity the reader pins.</summary>
    public required string? Pinned { get; init; }

    public required string Certificate { get; init; }

    public required string Record { get; init; }

    public required VectorSegment Segment { get; init; }

    /// <summary>SHA-256 of the init segment in use.</summary>
    public required string? InitHash { get; init; }

    /// <summary>Record hash of the record with sequence−1.</summary>
    public required string? Previous { get; init; }

    public required string Expected { get; init; }

    /// <summary>First bad chunk, for <c>segment-chunk</c> alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Chunk { get; init; }
}

internal sealed record VectorKey(string Seed, string Public, string Thumbprint, string Text);

/// <summary>The whole of <c>segment-record.json</c>.</summary>
internal sealed record VectorFile
{
    public required string About { get; init; }

    public required IReadOnlyDictionary<string, VectorKey> Keys { get; init; }

    /// <summary>The init segment, whole.</summary>
    public required string Init { get; init; }

    public required string InitHash { get; init; }

    public required string Certificate { get; init; }

    public required IReadOnlyList<VectorRecord> Records { get; init; }

    public required IReadOnlyList<VectorCase> Cases { get; init; }
}

/// <summary>A good record with everything a second implementation computes on the way.</summary>
internal sealed record VectorRecord
{
    public required string Payload { get; init; }

    public required string File { get; init; }

    public required string Hash { get; init; }

    public required VectorSegment Segment { get; init; }

    public required IReadOnlyList<string> Leaves { get; init; }

    public required string ChunkRoot { get; init; }

    public required uint Epoch { get; init; }

    public required uint Sequence { get; init; }

    /// <summary>A decimal string: ticks can pass 2^53.</summary>
    public required string DecodeTime { get; init; }

    public required uint Timescale { get; init; }

    public required uint Duration { get; init; }

    public required string CryptoPeriod { get; init; }

    public required string KeyId { get; init; }

    public required string Previous { get; init; }

    public required long SealedAt { get; init; }
}
