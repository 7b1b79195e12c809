using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Media.Tests.Records;

public sealed class SignedRecordTests : IDisposable
{
    private readonly Sample _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void What_is_signed_is_what_is_read()
    {
        Assert.True(SignedRecord.TryParse(_sample.Record.Bytes.Span, out var parsed));
        Assert.Equal(_sample.Fields, parsed.Record);
        Assert.Equal(_sample.Record.Hash, parsed.Hash);
        Assert.True(parsed.Leaves.SequenceEqual(ChunkTree.Of(_sample.Segment).Leaves.Span));
        Assert.True(parsed.IsSignedBy(_sample.Session.PublicKey));
        Assert.False(parsed.IsSignedBy(_sample.Identity.PublicKey));
    }

    [Fact]
    public void Every_field_comes_back_at_any_value() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(AnyFields(), fields =>
    {
        var signed = SignedRecord.Sign(fields, ChunkTree.Of(_sample.Segment), _sample.Session);
        return SignedRecord.TryParse(signed.Bytes.Span, out var parsed) && parsed.Record == fields && signed.Record == fields;
    }));

    [Fact]
    public void A_record_is_not_signed_over_another_segment()
    {
        var other = (byte[])_sample.Segment.Clone();
        other[0] ^= 1;
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields, ChunkTree.Of(other), _sample.Session));
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields, ChunkTree.Of(_sample.Segment.AsSpan(1)), _sample.Session));
    }

    [Fact]
    public void What_every_reader_would_refuse_is_not_signed()
    {
        var tree = ChunkTree.Of(_sample.Segment);
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields with { Timescale = 0 }, tree, _sample.Session));
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields with { Duration = 0 }, tree, _sample.Session));
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields with { Track = default }, tree, _sample.Session));
        Assert.Throws<ArgumentException>(() => SignedRecord.Sign(_sample.Fields with { SealedAt = DateTimeOffset.UnixEpoch.AddTicks(-10_000) }, tree, _sample.Session));
    }

    [Fact]
    public void The_longest_record_fits()
    {
        var fields = _sample.Fields with
        {
            Track = Sample.Name(new string('t', TrackName.MaxLength)),
            Epoch = uint.MaxValue,
            Sequence = uint.MaxValue,
            DecodeTime = ulong.MaxValue,
            Timescale = uint.MaxValue,
            Duration = uint.MaxValue,
            CryptoPeriod = ulong.MaxValue,
            SealedAt = DateTimeOffset.FromUnixTimeMilliseconds(UnixTime.MaxMilliseconds),
        };
        var signed = SignedRecord.Sign(fields, ChunkTree.Of(_sample.Segment), _sample.Session);
        Assert.True(SignedRecord.TryParse(signed.Bytes.Span, out var parsed));
        Assert.Equal(fields, parsed.Record);
    }

    [Fact]
    public void A_certificate_is_signed_by_the_identity_it_names_and_for_a_time_that_passes()
    {
        Assert.Throws<ArgumentException>(() => _sample.Certificate.Sign(_sample.Session));
        Assert.Throws<ArgumentException>(() => (_sample.Certificate with { NotAfter = Sample.Start }).Sign(_sample.Identity));
        Assert.True(SignerCertificate.TryParse(_sample.CertificateBytes, out var parsed));
        Assert.Equal(_sample.Certificate, parsed.Certificate);
        Assert.Equal(_sample.CertificateBytes, parsed.Bytes.ToArray());
    }

    [Fact]
    public void An_identity_has_one_text_form()
    {
        var text = IdentityText.Format(_sample.Identity.PublicKey);
        Assert.Equal(43, text.Length);
        Assert.True(IdentityText.TryParse(text, out var identity));
        Assert.Equal(_sample.Identity.PublicKey, identity);
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var sameKey = text[..^1] + alphabet[alphabet.IndexOf(text[^1], StringComparison.Ordinal) | 1];
        foreach (var wrong in (string?[])[null, "", text + "=", text[..^1], text + "A", " " + text[1..], new('A', 43), sameKey])
        {
            Assert.False(IdentityText.TryParse(wrong, out _), wrong);
        }
    }

    private Arbitrary<SegmentRecord> AnyFields() => Arb.From(
        from epoch in Any<uint>()
        from sequence in Any<uint>()
        from decodeTime in Any<ulong>()
        from timescale in Any<uint>()
        from duration in Any<uint>()
        from period in Any<ulong>()
        from previous in Gen.ArrayOf(Any<byte>(), Bytes32.Length)
        from milliseconds in Gen.Choose(0, int.MaxValue)
        from days in Gen.Choose(0, 2_000_000)
        select _sample.Fields with
        {
            Epoch = epoch,
            Sequence = sequence,
            DecodeTime = decodeTime,
            Timescale = Math.Max(1, timescale),
            Duration = Math.Max(1, duration),
            CryptoPeriod = period,
            Previous = new(new Bytes32(previous)),
            SealedAt = DateTimeOffset.UnixEpoch.AddDays(days).AddMilliseconds(milliseconds),
        });

    private static Gen<T> Any<T>() => ArbMap.Default.GeneratorFor<T>();
}
