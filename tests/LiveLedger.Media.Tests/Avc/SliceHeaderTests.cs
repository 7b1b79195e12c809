using FsCheck.Fluent;
using LiveLedger.Media.Avc;

namespace LiveLedger.Media.Tests.Avc;

public sealed class SliceHeaderTests
{
    [Fact]
    public void A_slice_header_of_any_shape_is_measured_as_it_was_written() =>
        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll<int>(seed =>
            {
                var stream = new RandomStream(seed);
                var sets = new ParameterSets();
                Assert.True(sets.TryAdd(stream.Sequence));
                Assert.True(sets.TryAdd(stream.Picture));
                for (var i = 0; i < 4; i++)
                {
                    var nal = stream.NextSlice(isIdr: i == 0, out var expected);
                    Assert.Equal(SliceHeader.Outcome.Measured, SliceHeader.Measure(nal, sets, out var measured));
                    Assert.Equal(expected, measured);
                }
            }));

    [Fact]
    public void An_emulation_prevention_byte_in_a_slice_header_counts_as_clear()
    {
        var sets = new ParameterSets();
        Assert.True(sets.TryAdd(new BitWriter().U(8, 0x67).U(8, 77).U(16, 40).Ue(0)
            .Ue(12).Ue(0).Ue(12).Ue(1).Flag(false).Ue(9).Ue(9).Flag(true).Flag(true).Flag(false).Flag(false).U(1, 1).ToNal()));
        Assert.True(sets.TryAdd(new BitWriter().U(8, 0x68).Ue(0).Ue(0).Flag(true).Flag(false).Ue(0)
            .Ue(0).Ue(0).Flag(false).U(2, 0).Se(25).Se(0).Se(0).Flag(false).Flag(false).Flag(false).U(1, 1).ToNal()));

        byte[] nal =
        [
            0x65,
            0b1_011_1_000, 0x00, 0b00000_1_00, // first_mb 0, slice_type 2, pps 0, frame_num 0 (16 bits), idr_pic_id 0, …
            0x00, 0b000000_00, // … order count 0 (16 bits), no marking flags
            0x03, // these two zero bytes and a third byte below 4 ask for it (§7.3.1)
            0b000000_1_0, 0b00001_111, // slice_qp_delta −32, then cabac_alignment_one_bits
            0xff, 0xff,
        ];

        Assert.Equal(SliceHeader.Outcome.Measured, SliceHeader.Measure(nal, sets, out var length));
        Assert.Equal(9, length);
    }

    [Fact]
    public void A_slice_of_an_unknown_parameter_set_is_named_so()
    {
        var stream = new RandomStream(1);
        var sets = new ParameterSets();
        Assert.True(sets.TryAdd(stream.Picture));
        Assert.Equal(
            SliceHeader.Outcome.ParameterSetMissing, SliceHeader.Measure(stream.NextSlice(true, out _), sets, out _));
    }

    [Fact]
    public void Any_bytes_are_measured_within_their_length_or_refused() =>
        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll<int, byte[]>((seed, noise) =>
            {
                var stream = new RandomStream(seed);
                var sets = new ParameterSets();
                sets.TryAdd(stream.Sequence);
                sets.TryAdd(stream.Picture);
                var random = new Random(seed);
                var nal = stream.NextSlice(false, out var header);
                nal = [.. nal.Take(random.Next(1, header + 1)), .. noise ?? []];
                var outcome = SliceHeader.Measure(nal, sets, out var length);
                Assert.True(outcome != SliceHeader.Outcome.Measured || length <= nal.Length);
                sets.TryAdd(nal);
            }));
}
