using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tests.Boxes;

public sealed class BoxTests
{
    [Fact]
    public void Boxes_that_were_written_are_read_back() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<(uint, byte[])[]>(boxes =>
        {
            var expected = boxes.Select(box => (box.Item1, box.Item2 ?? [])).ToList();
            var bytes = Write(expected);
            var read = new List<string>();
            var reader = new BoxReader(bytes);
            while (reader.TryRead(out var box))
            {
                read.Add(Text(box.Type, box.Body));
            }

            Assert.Null(reader.Fault);
            Assert.Equal(expected.Select(box => Text(box.Item1, box.Item2)), read);
        }));

    [Fact]
    public void A_stream_in_any_pieces_is_cut_into_the_same_boxes() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll<(uint, byte[])[], int>((boxes, seed) =>
        {
            var expected = boxes.Select(box => (box.Item1, box.Item2 ?? [])).ToList();
            var bytes = Write(expected);
            var random = new Random(seed);
            var read = new List<string>();
            using var scanner = new BoxScanner();
            for (var at = 0; at < bytes.Length;)
            {
                var piece = Math.Min(random.Next(1, 40), bytes.Length - at);
                scanner.Append(bytes.AsSpan(at, piece));
                at += piece;
                while (scanner.TryTake(out var type, out var box, out var fault))
                {
                    read.Add(Text(type, box[8..]));
                    Assert.Null(fault);
                }
            }

            Assert.Equal(expected.Select(box => Text(box.Item1, box.Item2)), read);
            Assert.False(scanner.HasRest);
        }));

    [Fact]
    public void A_64_bit_size_is_read()
    {
        byte[] bytes = [0, 0, 0, 1, .. "mdat"u8, 0, 0, 0, 0, 0, 0, 0, 19, 1, 2, 3];
        var reader = new BoxReader(bytes);
        Assert.True(reader.TryRead(out var box));
        Assert.Equal([1, 2, 3], box.Body.ToArray());
        using var scanner = new BoxScanner();
        scanner.Append(bytes);
        Assert.True(scanner.TryTake(out var type, out var whole, out _));
        Assert.Equal(BoxType.Mdat, type);
        Assert.Equal(bytes, whole.ToArray());
    }

    [Theory]
    [InlineData("000000006d646174", MediaFaultCode.BoxSizeInvalid)]
    [InlineData("000000076d646174", MediaFaultCode.BoxSizeInvalid)]
    [InlineData("000000016d646174000000000000000f", MediaFaultCode.BoxSizeInvalid)]
    [InlineData("000000096d646174", MediaFaultCode.BoxTruncated)]
    [InlineData("000000016d6461740000", MediaFaultCode.BoxTruncated)]
    [InlineData("000000016d646174ffffffffffffffff00", MediaFaultCode.BoxTruncated)]
    [InlineData("0000", MediaFaultCode.BoxTruncated)]
    public void A_size_that_cannot_be_is_a_fault(string hex, string code)
    {
        var reader = new BoxReader(Convert.FromHexString(hex));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(code, reader.Fault?.Code);
    }

    [Theory]
    [InlineData("000000006d646174", MediaFaultCode.BoxSizeInvalid)]
    [InlineData("040000016d646174", MediaFaultCode.BoxTooLarge)]
    [InlineData("000000016d646174ffffffffffffffff", MediaFaultCode.BoxTooLarge)]
    public void A_stream_is_refused_by_the_header_before_its_body_is_kept(string hex, string code)
    {
        using var scanner = new BoxScanner();
        scanner.Append(Convert.FromHexString(hex));
        Assert.False(scanner.TryTake(out _, out _, out var fault));
        Assert.Equal(code, fault?.Code);
        scanner.Append("0000000"u8);
        Assert.False(scanner.TryTake(out _, out _, out fault));
        Assert.Equal(code, fault?.Code);
    }

    [Fact]
    public void A_stream_that_breaks_off_in_a_box_is_seen()
    {
        using var scanner = new BoxScanner();
        scanner.Append([0, 0, 0, 12, .. "mdat"u8, 1]);
        Assert.False(scanner.TryTake(out _, out _, out var fault));
        Assert.Null(fault);
        Assert.True(scanner.HasRest);
    }

    private static string Text(uint type, ReadOnlySpan<byte> body) => $"{type} {Convert.ToHexString(body)}";

    private static byte[] Write(List<(uint Type, byte[] Body)> boxes)
    {
        var bytes = new byte[boxes.Sum(box => 8 + box.Body.Length)];
        var writer = new BoxWriter(bytes);
        foreach (var (type, body) in boxes)
        {
            var mark = writer.Begin(type);
            writer.Bytes(body);
            writer.End(mark);
        }

        Assert.Equal(bytes.Length, writer.Position);
        Assert.True(bytes.Length == 0 || BinaryPrimitives.ReadUInt32BigEndian(bytes) == 8 + boxes[0].Body.Length);
        return bytes;
    }
}
