using System.Buffers.Binary;

namespace LiveLedger.Chain.Rlp;

/// <summary>Writes an RLP list item by item (Ethereum yellow paper, appendix B).</summary>
internal sealed class RlpWriter
{
    private const byte ShortString = 0x80;
    private const byte ShortList = 0xc0;
    private const int LongestShort = 55;

    private readonly List<byte> _items = [];

    /// <summary>A string of bytes.</summary>
    public RlpWriter Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 1 || bytes[0] >= ShortString)
        {
            AddHeader(_items, ShortString, bytes.Length);
        }

        _items.AddRange(bytes);
        return this;
    }

    /// <summary>A number: big-endian, without leading zeros.</summary>
    public RlpWriter Add(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return Add(bytes.TrimStart((byte)0));
    }

    /// <summary>A list within this one.</summary>
    public RlpWriter Add(RlpWriter list)
    {
        _items.AddRange(list.ToArray());
        return this;
    }

    /// <summary>The list.</summary>
    public byte[] ToArray()
    {
        var header = new List<byte>();
        AddHeader(header, ShortList, _items.Count);
        return [.. header, .. _items];
    }

    private static void AddHeader(List<byte> to, byte kind, int length)
    {
        if (length <= LongestShort)
        {
            to.Add((byte)(kind + length));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        var width = bytes.TrimStart((byte)0);
        to.Add((byte)(kind + LongestShort + width.Length));
        to.AddRange(width);
    }
}
