using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Media.Tests.Records;

/// <summary>What tests/Vectors cannot hold because it is every byte, or the steps taken one at a time. Names and order are there.</summary>
public sealed class SegmentVerificationTests : IDisposable
{
    private readonly Sample _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void A_good_segment_is_good() => Assert.Equal("ok", _sample.Verify().ToString());

    [Fact]
    public void Any_flipped_bit_of_a_segment_is_named_by_its_chunk()
    {
        var segment = (byte[])_sample.Segment.Clone();
        for (var at = 0; at < segment.Length; at += at % ChunkTree.ChunkSize is < 70 or > ChunkTree.ChunkSize - 70 ? 1 : 61)
        {
            segment[at] ^= (byte)(1 << at % 8);
            Assert.Equal(new(VerificationFailure.SegmentChunk, at / ChunkTree.ChunkSize), _sample.Verify(segment: segment));
            segment[at] ^= (byte)(1 << at % 8);
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_record_is_refused()
    {
        var file = _sample.Record.Bytes.ToArray();
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.True(_sample.Verify(record: file).Code is "record-malformed" or "record-signature" or "record-leaves", $"bit {bit}");
            file[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Any_flipped_bit_of_a_certificate_makes_it_invalid()
    {
        var bytes = (byte[])_sample.CertificateBytes.Clone();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Equal("certificate-invalid", _sample.Verify(certificate: bytes).Code);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Any_cut_record_or_certificate_is_refused()
    {
        var file = _sample.Record.Bytes.ToArray();
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Equal("record-malformed", _sample.Verify(record: file[..length]).Code);
        }

        for (var length = 0; length < _sample.CertificateBytes.Length; length++)
        {
            Assert.Equal("certificate-invalid", _sample.Verify(certificate: _sample.CertificateBytes[..length]).Code);
        }
    }

    [Fact]
    public void A_record_of_another_broadcast_than_its_certificate_is_refused_whatever_was_asked()
    {
        using var other = new Sample();
        Assert.True(SignerCertificate.TryParse(_sample.CertificateBytes, out var certificate));
        var foreign = SignedRecord.Sign(_sample.Fields with { Broadcast = other.Slot.Broadcast }, ChunkTree.Of(_sample.Segment), _sample.Session);
        var result = SegmentVerification.CheckRecord(certificate, foreign.Bytes.Span, _sample.Slot with { Broadcast = other.Slot.Broadcast }, out var record);
        Assert.Equal("record-wrong-slot", result.Code);
        Assert.Null(record);
    }

    [Fact]
    public void Chunks_are_checked_one_at_a_time()
    {
        var last = _sample.Segment.AsSpan(2 * ChunkTree.ChunkSize);
        Assert.True(SegmentVerification.CheckChunk(_sample.Record, 0, _sample.Segment.AsSpan(0, ChunkTree.ChunkSize)).IsOk);
        Assert.True(SegmentVerification.CheckChunk(_sample.Record, 2, last).IsOk);
        foreach (var index in (int[])[int.MinValue, -1, 0, 1, 3, int.MaxValue])
        {
            Assert.Equal(new(VerificationFailure.SegmentChunk, index), SegmentVerification.CheckChunk(_sample.Record, index, last));
        }

        Assert.False(SegmentVerification.CheckChunk(_sample.Record, 2, last[..^1]).IsOk);
        Assert.False(SegmentVerification.CheckChunk(_sample.Record, 2, []).IsOk);
    }

    [Fact]
    public void A_relay_without_an_init_or_a_previous_record_still_refuses_a_false_start_of_the_chain()
    {
        var first = SignedRecord.Sign(_sample.Fields with { Sequence = 0 }, ChunkTree.Of(_sample.Segment), _sample.Session);
        var result = SegmentVerification.Verify(
            _sample.Slot with { Sequence = 0, Epoch = null }, null, _sample.CertificateBytes, first.Bytes.Span, _sample.Segment);
        Assert.Equal("chain-broken", result.Code);
    }

    [Fact]
    public void Checking_a_segment_allocates_nothing()
    {
        _ = SegmentVerification.CheckSegment(_sample.Record, _sample.Segment);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = SegmentVerification.CheckSegment(_sample.Record, _sample.Segment);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Every_failure_has_a_name_of_its_own()
    {
        string[] codes = [.. Enum.GetValues<VerificationFailure>().Select(static f => new VerificationResult(f).Code)];
        Assert.Equal(codes.Length, codes.Distinct().Count());
        Assert.Equal("segment-chunk 3", new VerificationResult(VerificationFailure.SegmentChunk, 3).ToString());
    }
}
