using System.Buffers;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>The end of a segment's way: encrypted, hashed and signed as its track's next, and durable. One at a time.</summary>
internal sealed class TrackSealing(BroadcastPipeline broadcast, TrackRecording track)
{
    private readonly ArrayBufferWriter<byte> _delivered = new(1 << 16);
    private bool _unsettled;

    /// <summary>Seals a segment that has its place. When it returns null, the segment is durable and served.</summary>
    public Refusal? Seal(RunningEpoch running, in SourceSegment segment, ReadOnlySpan<byte> source)
    {
        if (broadcast.Now > broadcast.SignerNotAfter)
        {
            return Refusals.SignerExpired;
        }

        var sequence = track.Count;
        _delivered.ResetWrittenCount();
        if (!running.TryPackage(source, sequence, segment.SampleCount, _delivered, out var fault))
        {
            return FaultRefusal.Of(fault);
        }

        var delivered = _delivered.WrittenSpan;
        var tree = ChunkTree.Of(delivered);
        var record = SignedRecord.Sign(
            new SegmentRecord
            {
                Broadcast = broadcast.Id,
                Track = track.Name,
                Epoch = running.Init.Epoch,
                Sequence = sequence,
                DecodeTime = segment.DecodeTime + running.OffsetTicks,
                Timescale = running.Packager.Description.Timescale,
                Duration = segment.Duration,
                ByteLength = delivered.Length,
                ChunkRoot = tree.Root,
                InitHash = running.Init.Hash,
                CryptoPeriod = running.Init.CryptoPeriod,
                KeyId = running.Init.KeyId,
                Previous = track.Head,
                SealedAt = broadcast.Now,
            },
            tree,
            broadcast.SessionKey);
        // Until Seal returns, a signature for this slot may or may not be on disk. If it throws, Settle finds out before
        // another is made.
        _unsettled = true;
        track.Files.Seal(record, delivered);
        _unsettled = false;
        Publish(record);
        return null;
    }

    /// <summary>After a failed seal: takes up the signature that is on disk, or makes sure that there is none.</summary>
    public void Settle()
    {
        if (!_unsettled)
        {
            return;
        }

        var next = track.Count;
        if (track.Files.ReadRecord(next) is not null || track.Files.Recover(next))
        {
            track.Files.Settle(next + 1);
            Publish(track.Files.ReadRecord(next)!);
        }

        _unsettled = false;
    }

    private void Publish(SignedRecord record)
    {
        track.Add(record);
        broadcast.Sealed(track);
    }
}
