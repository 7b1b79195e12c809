using LiveLedger.Cryptography;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>What the origin keeps in memory of a segment that is sealed: encrypted, signed and on disk.</summary>
/// <param name="Epoch">Run of the publisher.</param>
/// <param name="CryptoPeriod">Which content key of its class it is encrypted with.</param>
/// <param name="Sequence">Position in the track, from 0.</param>
/// <param name="DecodeTime">As delivered, in ticks of the track.</param>
/// <param name="Duration">In ticks.</param>
/// <param name="Timescale">Ticks a second.</param>
/// <param name="ByteLength">Of the delivered segment.</param>
/// <param name="SealedAt">When it was signed.</param>
/// <param name="ChunkRoot">Root of its chunk tree: its strong ETag.</param>
internal readonly record struct SealedSegment(
    uint Epoch, ulong CryptoPeriod, uint Sequence, ulong DecodeTime, uint Duration, uint Timescale, int ByteLength, DateTimeOffset SealedAt, Bytes32 ChunkRoot)
{
    public ulong EndTime => DecodeTime + Duration;

    /// <summary>End on the broadcast's timeline, seconds.</summary>
    public double EndSeconds => EndTime / (double)Timescale;

    /// <summary>Length in seconds.</summary>
    public double Seconds => Duration / (double)Timescale;
}
