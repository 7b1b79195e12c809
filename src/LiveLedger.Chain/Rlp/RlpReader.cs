using System.Buffers.Binary;

namespace LiveLedger.Chain.Rlp;

/// <summary>
/// Takes items off the front of an RLP list's content (Ethereum yellow paper, appendix B). Only the one canonical form of each item
/// is taken: no byte below 0x80 in a wrapper, no long length that fits the short form or has a leading zero.
/// </summary>
internal ref struct RlpReader(ReadOnlySpan<byte> bytes)
{
    private const byte ShortString = 0x80;
    private const byte ShortList = 0xc0;
    private const int LongestShort = 55;

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>True if a list comes next.</summary>
    public readonly bool IsList => !_rest.IsEmpty && _rest[0] >= ShortList;

    /// <summary>A string of bytes.</summary>
    public bool TryTakeBytes(out ReadOnlySpan<byte> bytes) => TryTake(list: false, out bytes, out _);

    /// <summary>A string of exactly so many bytes.</summary>
    public bool TryTakeBytes(int length, out ReadOnlySpan<byte> bytes) => TryTakeBytes(out bytes) && bytes.Length == length;

    /// <summary>A list, to be read in turn.</summary>
    public bool TryTakeList(out RlpReader items)
    {
        var taken = TryTake(list: true, out var content, out _);
        items = new(content);
        return taken;
    }

    /// <summary>A number of at most 64 bits, without leading zeros.</summary>
    public bool TryTakeNumber(out ulong value)
    {
        value = 0;
        if (!TryTakeNumber(sizeof(ulong), out var bytes))
        {
            return false;
        }

        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        whole.Clear();
        bytes.CopyTo(whole[(sizeof(ulong) - bytes.Length)..]);
        value = BinaryPrimitives.ReadUInt64BigEndian(whole);
        return true;
    }

    /// <summary>A number's bytes: big-endian, without leading zeros, so that 0 has none.</summary>
    public bool TryTakeNumber(int most, out ReadOnlySpan<byte> bytes) => TryTakeBytes(out bytes) && bytes.Length <= most && (bytes.IsEmpty || bytes[0] != 0);

    /// <summary>Any item as it stands; lists in it to a depth, below which nothing is taken.</summary>
    public bool TryTakeItem(int depth, out ReadOnlySpan<byte> item)
    {
        if (!IsList)
        {
            return TryTake(list: false, out _, out item);
        }

        if (depth == 0 || !TryTake(list: true, out var content, out item))
        {
            item = default;
            return false;
        }

        for (var inner = new RlpReader(content); !inner.AtEnd;)
        {
            if (!inner.TryTakeItem(depth - 1, out _))
            {
                item = default;
                return false;
            }
        }

        return true;
    }

    private bool TryTake(bool list, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> item)
    {
        content = item = default;
        if (_rest.IsEmpty || IsList != list)
        {
            return false;
        }

        var first = _rest[0];
        if (first < ShortString)
        {
            content = item = _rest[..1];
            _rest = _rest[1..];
            return true;
        }

        var size = first - (list ? ShortList : ShortString);
        var header = 1;
        if (size > LongestShort)
        {
            header += size - LongestShort;
            if (!TryReadLength(_rest[1..], header - 1, out size))
            {
                return false;
            }
        }

        if (size > _rest.Length - header || (!list && size == 1 && header == 1 && _rest[1] < ShortString))
        {
            return false;
        }

        content = _rest.Slice(header, size);
        item = _rest[..(header + size)];
        _rest = _rest[(header + size)..];
        return true;
    }

    // Nothing we read is longer than an int can say.
    private static bool TryReadLength(ReadOnlySpan<byte> bytes, int width, out int length)
    {
        length = 0;
        if (width > sizeof(int) || width > bytes.Length || bytes[0] == 0)
        {
            return false;
        }

        var value = 0u;
        foreach (var part in bytes[..width])
        {
            value = (value << 8) | part;
        }

        length = value <= int.MaxValue ? (int)value : 0;
        return value is > LongestShort and <= int.MaxValue;
    }
}
