using LiveLedger.Cryptography;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Records;

/// <summary>What a broadcaster states of one delivered segment (docs/formats/segment-record.md). Signed, it is a <see cref="SignedRecord"/>.</summary>
public sealed record SegmentRecord
{
    /// <summary>The broadcast.</summary>
    public required BroadcastId Broadcast { get; init; }

    /// <summary>The track.</summary>
    public required TrackName Track { get; init; }

    /// <summary>The publisher's run, from 0.</summary>
    public required uint Epoch { get; init; }

    /// <summary>Position in the track, from 0; goes on across epochs.</summary>
    public required uint Sequence { get; init; }

    /// <summary><c>tfdt</c> as delivered, in ticks of <see cref="Timescale"/>.</summary>
    public required ulong DecodeTime { get; init; }

    /// <summary>Ticks a second, at least 1.</summary>
    public required uint Timescale { get; init; }

    /// <summary>Length in ticks, at least 1.</summary>
    public required uint Duration { get; init; }

    /// <summary>Length in bytes, 1 to 2^26.</summary>
    public required int ByteLength { get; init; }

    /// <summary>Root of the chunk tree over the delivered bytes.</summary>
    public required Bytes32 ChunkRoot { get; init; }

    /// <summary>SHA-256 of the init segment as delivered.</summary>
    public required Sha256Hash InitHash { get; init; }

    /// <summary>Which content key of the track's class: counts from 0.</summary>
    public required ulong CryptoPeriod { get; init; }

    /// <summary>Id of the content key.</summary>
    public required KeyId KeyId { get; init; }

    /// <summary>Record hash of the track's record with sequence−1; 32 zero bytes at sequence 0.</summary>
    public required Sha256Hash Previous { get; init; }

    /// <summary>When the segment was sealed; carried in whole milliseconds.</summary>
    public required DateTimeOffset SealedAt { get; init; }
}
