using LiveLedger.Broadcasting.Origin;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Tests.Origin;

/// <summary>Every place a kill can fall between staging a segment and its record's name being durable.</summary>
public sealed class Sealing_and_recovery : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TrackFiles _files;
    private readonly byte[] _segment = [.. Enumerable.Range(0, 40_000).Select(i => (byte)i)];
    private readonly SignedRecord _record;

    public Sealing_and_recovery()
    {
        _files = new(_folder.Path);
        _record = Sign(_segment);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_sealed_reads_back()
    {
        _files.Seal(_record, _segment);
        Assert.Equal(_record.Hash, _files.ReadRecord(0)!.Hash);
        Assert.Equal(_segment, File.ReadAllBytes(_files.SegmentPath(0)));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*" + DurableFile.Unfinished));
    }

    [Fact]
    public void Killed_before_the_record_was_staged_the_slot_is_free_again()
    {
        DurableFile.Stage(_files.SegmentPath(0), _segment);
        Assert.False(_files.Recover(0));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Killed_with_a_torn_record_the_slot_is_free_again()
    {
        DurableFile.Stage(_files.SegmentPath(0), _segment);
        DurableFile.Stage(_files.RecordPath(0), _record.Bytes.Span[..100]);
        Assert.False(_files.Recover(0));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Killed_after_the_record_was_staged_the_same_signature_is_published(bool segmentPublished)
    {
        DurableFile.Stage(_files.SegmentPath(0), _segment);
        DurableFile.Stage(_files.RecordPath(0), _record.Bytes.Span);
        if (segmentPublished)
        {
            DurableFile.Publish(_files.SegmentPath(0));
        }

        Assert.True(_files.Recover(0));
        Assert.Equal(_record.Hash, _files.ReadRecord(0)!.Hash);
        Assert.Equal(_segment, File.ReadAllBytes(_files.SegmentPath(0)));
    }

    [Fact]
    public void A_staged_record_of_other_bytes_is_not_published()
    {
        DurableFile.Stage(_files.SegmentPath(0), Sign([1, 2, 3]).Bytes.Span);
        DurableFile.Stage(_files.RecordPath(0), _record.Bytes.Span);
        Assert.False(_files.Recover(0));
        Assert.Null(_files.ReadRecord(0));
    }

    [Fact]
    public void A_damaged_record_is_named_not_skipped()
    {
        _files.Seal(_record, _segment);
        File.WriteAllBytes(_files.RecordPath(0), [1, 2, 3]);
        Assert.Contains("0.record", Assert.Throws<InvalidDataException>(() => _files.ReadRecord(0)).Message, StringComparison.Ordinal);
    }

    private static SignedRecord Sign(byte[] segment)
    {
        using var key = Ed25519PrivateKey.Generate();
        var tree = ChunkTree.Of(segment);
        Assert.True(TrackName.TryParse("video", out var track));
        return SignedRecord.Sign(
            new SegmentRecord
            {
                Broadcast = BroadcastId.New(TimeProvider.System),
                Track = track,
                Epoch = 0,
                Sequence = 0,
                DecodeTime = 0,
                Timescale = 1000,
                Duration = 2000,
                ByteLength = segment.Length,
                ChunkRoot = tree.Root,
                InitHash = default,
                CryptoPeriod = 0,
                KeyId = default,
                Previous = default,
                SealedAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000),
            },
            tree, key);
    }
}
