using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography.Cbor;

namespace LiveLedger.Cryptography.Tests.Cbor;

/// <summary>RFC 8949: what is written is deterministic (§4.2.1), and nothing else is read.</summary>
public sealed class DeterministicCborTests
{
    /// <summary>RFC 8949 Appendix A, the rows of our kinds.</summary>
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "01")]
    [InlineData(10, "0a")]
    [InlineData(23, "17")]
    [InlineData(24, "1818")]
    [InlineData(25, "1819")]
    [InlineData(100, "1864")]
    [InlineData(1000, "1903e8")]
    [InlineData(1000000, "1a000f4240")]
    [InlineData(1000000000000, "1b000000e8d4a51000")]
    [InlineData(-1, "20")]
    [InlineData(-10, "29")]
    [InlineData(-100, "3863")]
    [InlineData(-1000, "3903e7")]
    public void Integers_are_those_of_appendix_A(long value, string hex)
    {
        var writer = new CborWriter(new byte[9]);
        writer.WriteInteger(value);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.Written));
        var reader = new CborReader(Convert.FromHexString(hex));
        Assert.True(reader.TryReadInteger(out var read) && reader.AtEnd);
        Assert.Equal(value, read);
    }

    [Fact]
    public void The_largest_unsigned_integer_is_that_of_appendix_A()
    {
        var writer = new CborWriter(new byte[9]);
        writer.WriteUnsigned(ulong.MaxValue);
        Assert.Equal("1bffffffffffffffff", Convert.ToHexStringLower(writer.Written));
    }

    [Theory]
    [InlineData("", "60")]
    [InlineData("a", "6161")]
    [InlineData("IETF", "6449455446")]
    [InlineData("\"\\", "62225c")]
    [InlineData("ü", "62c3bc")]
    [InlineData("水", "63e6b0b4")]
    [InlineData("\ud800\udd51", "64f0908591")]
    public void Text_is_that_of_appendix_A(string text, string hex)
    {
        var writer = new CborWriter(new byte[9]);
        writer.WriteText(text);
        Assert.Equal(hex, Convert.ToHexStringLower(writer.Written));
        var reader = new CborReader(Convert.FromHexString(hex));
        Assert.True(reader.TryReadText(9, out _) && reader.AtEnd);
    }

    [Fact]
    public void Every_integer_comes_back_and_takes_the_shortest_head() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(AnyInteger(), static value =>
    {
        var writer = new CborWriter(new byte[9]);
        writer.WriteInteger(value);
        var reader = new CborReader(writer.Written);
        var magnitude = value >= 0 ? (ulong)value : (ulong)~value;
        var shortest = magnitude < 24 ? 1 : magnitude < 1UL << 8 ? 2 : magnitude < 1UL << 16 ? 3 : magnitude < 1UL << 32 ? 5 : 9;
        return reader.TryReadInteger(out var read) && read == value && reader.AtEnd && writer.Length == shortest;
    }));

    [Fact]
    public void A_head_longer_than_needed_is_refused() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(AnyInteger(), static value =>
    {
        var magnitude = value >= 0 ? (ulong)value : (ulong)~value;
        var wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, magnitude);
        var shortest = magnitude < 24 ? 0 : magnitude < 1UL << 8 ? 1 : magnitude < 1UL << 16 ? 2 : magnitude < 1UL << 32 ? 4 : 8;
        foreach (var (size, additional) in new[] { (1, 24), (2, 25), (4, 26), (8, 27) }.Where(form => form.Item1 > shortest))
        {
            byte[] padded = [(byte)((value >= 0 ? 0 : 1) << 5 | additional), .. wide.AsSpan(8 - size)];
            var reader = new CborReader(padded);
            if (reader.TryReadInteger(out _) || reader.TryReadUnsigned(out _) || reader.Position != 0)
            {
                return false;
            }
        }

        return true;
    }));

    [Fact]
    public void Byte_strings_come_back_and_a_cut_one_is_refused() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(static b => b is not null), static bytes =>
    {
        var writer = new CborWriter(new byte[CborWriter.SizeOfString(bytes.Length)]);
        writer.WriteBytes(bytes);
        var whole = new CborReader(writer.Written);
        var cut = new CborReader(writer.Written[..^1]);
        var tight = new CborReader(writer.Written);
        return whole.TryReadBytes(bytes.Length, out var read) && read.SequenceEqual(bytes) && whole.AtEnd
            && !cut.TryReadBytes(bytes.Length, out _) && cut.Position == 0
            && (bytes.Length == 0 || !tight.TryReadBytes(bytes.Length - 1, out _));
    }));

    [Fact]
    public void Any_bytes_are_read_or_refused_and_what_is_read_is_written_the_same() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(static b => b is not null), static bytes =>
    {
        var again = new byte[16 + bytes.Length];
        var writer = new CborWriter(again);
        var reader = new CborReader(bytes);
        if (reader.TryReadInteger(out var integer))
        {
            writer.WriteInteger(integer);
        }
        else if (reader.TryReadBytes(int.MaxValue, out var data))
        {
            writer.WriteBytes(data);
        }
        else if (reader.TryReadText(int.MaxValue, out var utf8))
        {
            writer.WriteText(System.Text.Encoding.UTF8.GetString(utf8));
        }

        return bytes.AsSpan(0, reader.Position).SequenceEqual(writer.Written);
    }));

    [Theory]
    [InlineData("1c")] // reserved additional information
    [InlineData("1f")]
    [InlineData("18")] // the argument is cut off
    [InlineData("1901")]
    [InlineData("1a000001")]
    [InlineData("1b00000000000001")]
    [InlineData("3bffffffffffffffff")] // below 64 signed bits
    [InlineData("5f4100ff")] // indefinite length
    [InlineData("7f6161ff")]
    [InlineData("9fff")]
    [InlineData("bfff")]
    [InlineData("61ff")] // not UTF-8
    [InlineData("63eda080")] // half a surrogate pair
    [InlineData("62c080")] // overlong UTF-8
    [InlineData("5bffffffffffffffff00")] // a length past the end of everything
    [InlineData("7b7fffffffffffffff00")]
    [InlineData("f4")] // false
    [InlineData("f6")] // null
    [InlineData("f93c00")] // 1.0
    public void A_form_outside_the_profile_is_refused_where_it_stands(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var reader = new CborReader(bytes);
        Assert.False(reader.TryReadInteger(out _));
        Assert.False(reader.TryReadBytes(int.MaxValue, out _));
        Assert.False(reader.TryReadText(int.MaxValue, out _));
        Assert.False(reader.TryReadArray(0) || reader.TryReadArray(1) || reader.TryReadMap(0) || reader.TryReadMap(1));
        Assert.Equal(0, reader.Position);
    }

    [Fact]
    public void A_full_buffer_is_an_error_and_not_a_cut_message() =>
        Assert.Throws<ArgumentException>(static () =>
        {
            var writer = new CborWriter(new byte[4]);
            writer.WriteBytes("four"u8);
        });

    /// <summary>Uniform in the number of bits, so that every head size is met.</summary>
    private static Arbitrary<long> AnyInteger() => Arb.From(
        from bits in Gen.Choose(0, 63)
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        from sign in Gen.Choose(0, 1)
        let magnitude = (long)(((ulong)high << 32 | (uint)low << 1) >> (63 - bits) & long.MaxValue)
        select sign == 0 ? magnitude : ~magnitude);
}
