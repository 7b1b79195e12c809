using System.Buffers.Binary;
using System.Text;

namespace LiveLedger.Vectors.Records;

/// <summary>CBOR written byte by byte, apart from the product's writer, so that vectors can hold what the product never writes.</summary>
internal static class RawCbor
{
    /// <summary>A head whose argument takes <paramref name="size"/> bytes (0: the shortest).</summary>
    public static byte[] Head(int major, ulong argument, int size = 0)
    {
        if (size == 0 && argument < 24)
        {
            return [(byte)(major << 5 | (int)argument)];
        }

        size = size != 0 ? size : argument <= 0xff ? 1 : argument <= 0xffff ? 2 : argument <= 0xffff_ffff ? 4 : 8;
        var wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, argument);
        var additional = size switch { 1 => 24, 2 => 25, 4 => 26, _ => 27 };
        return [(byte)(major << 5 | additional), .. wide[^size..]];
    }

    public static byte[] Int(long value, int size = 0) => value >= 0 ? Head(0, (ulong)value, size) : Head(1, (ulong)(-1 - value), size);

    public static byte[] Uint(ulong value, int size = 0) => Head(0, value, size);

    public static byte[] Bytes(ReadOnlySpan<byte> value, int size = 0) => [.. Head(2, (ulong)value.Length, size), .. value];

    public static byte[] Text(string value) => [.. Head(3, (ulong)Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    public static byte[] Array(params byte[][] items) => [.. Head(4, (ulong)items.Length), .. items.SelectMany(static i => i)];

    public static byte[] Map(params (byte[] Key, byte[] Value)[] pairs) =>
        [.. Head(5, (ulong)pairs.Length), .. pairs.SelectMany(static p => p.Key.Concat(p.Value))];

    public static byte[] Tag(ulong tag, byte[] item) => [.. Head(6, tag), .. item];
}
