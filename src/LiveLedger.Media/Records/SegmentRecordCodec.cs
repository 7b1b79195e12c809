using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Cryptography.Cbor;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Records;

/// <summary>The CBOR payload of a segment record: a map of exactly the keys 1…16.</summary>
internal static class SegmentRecordCodec
{
    internal const string ContentType = "application/vnd.liveledger.segment-record+cbor";

    private const int Version = 1;
    private const int MaxLength = 512;

    internal static byte[] Encode(SegmentRecord record)
    {
        Span<byte> id = stackalloc byte[BroadcastId.Length];
        Span<byte> buffer = stackalloc byte[MaxLength];
        var map = new CborWriter(buffer);
        map.WriteMap(16);
        map.WriteInteger(1);
        map.WriteInteger(Version);
        map.WriteInteger(2);
        record.Broadcast.CopyTo(id);
        map.WriteBytes(id);
        map.WriteInteger(3);
        map.WriteText(record.Track.Value);
        map.WriteInteger(4);
        map.WriteUnsigned(record.Epoch);
        map.WriteInteger(5);
        map.WriteUnsigned(record.Sequence);
        map.WriteInteger(6);
        map.WriteUnsigned(record.DecodeTime);
        map.WriteInteger(7);
        map.WriteUnsigned(record.Timescale);
        map.WriteInteger(8);
        map.WriteUnsigned(record.Duration);
        map.WriteInteger(9);
        map.WriteInteger(record.ByteLength);
        map.WriteInteger(10);
        map.WriteInteger(ChunkTree.ChunkSize);
        map.WriteInteger(11);
        map.WriteBytes(record.ChunkRoot);
        map.WriteInteger(12);
        map.WriteBytes(record.InitHash.Value);
        map.WriteInteger(13);
        map.WriteUnsigned(record.CryptoPeriod);
        map.WriteInteger(14);
        record.KeyId.CopyTo(id);
        map.WriteBytes(id);
        map.WriteInteger(15);
        map.WriteBytes(record.Previous.Value);
        map.WriteInteger(16);
        map.WriteInteger(record.SealedAt.ToUnixTimeMilliseconds());
        return map.Written.ToArray();
    }

    internal static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out SegmentRecord? record)
    {
        record = null;
        var map = new CborReader(payload);
        if (!map.TryReadMap(16)
            || !map.TryReadKey(1) || !map.TryReadKey(Version)
            || !map.TryReadKey(2) || !map.TryReadBytes(BroadcastId.Length, out var id) || !BroadcastId.TryRead(id, out var broadcast)
            || !map.TryReadKey(3) || !map.TryReadText(TrackName.MaxLength, out var name)
            || !TrackName.TryParse(Encoding.UTF8.GetString(name), out var track)
            || !map.TryReadKey(4) || !map.TryReadUnsigned(0, uint.MaxValue, out var epoch)
            || !map.TryReadKey(5) || !map.TryReadUnsigned(0, uint.MaxValue, out var sequence)
            || !map.TryReadKey(6) || !map.TryReadUnsigned(out var decodeTime)
            || !map.TryReadKey(7) || !map.TryReadUnsigned(1, uint.MaxValue, out var timescale)
            || !map.TryReadKey(8) || !map.TryReadUnsigned(1, uint.MaxValue, out var duration)
            || !map.TryReadKey(9) || !map.TryReadUnsigned(1, ChunkTree.MaxSegmentLength, out var byteLength)
            || !map.TryReadKey(10) || !map.TryReadKey(ChunkTree.ChunkSize)
            || !map.TryReadKey(11) || !map.TryReadBytes32(out var chunkRoot)
            || !map.TryReadKey(12) || !map.TryReadBytes32(out var initHash)
            || !map.TryReadKey(13) || !map.TryReadUnsigned(out var cryptoPeriod)
            || !map.TryReadKey(14) || !map.TryReadBytes(KeyId.Length, out var keyId) || keyId.Length != KeyId.Length
            || !map.TryReadKey(15) || !map.TryReadBytes32(out var previous)
            || !map.TryReadKey(16) || !map.TryReadUnsigned(0, UnixTime.MaxMilliseconds, out var sealedAt)
            || !map.AtEnd)
        {
            return false;
        }

        record = new()
        {
            Broadcast = broadcast,
            Track = track,
            Epoch = (uint)epoch,
            Sequence = (uint)sequence,
            DecodeTime = decodeTime,
            Timescale = (uint)timescale,
            Duration = (uint)duration,
            ByteLength = (int)byteLength,
            ChunkRoot = chunkRoot,
            InitHash = new(initHash),
            CryptoPeriod = cryptoPeriod,
            KeyId = KeyId.Read(keyId),
            Previous = new(previous),
            SealedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)sealedAt),
        };
        return true;
    }
}
