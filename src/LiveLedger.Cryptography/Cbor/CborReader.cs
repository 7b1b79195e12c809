using System.Buffers.Binary;
using System.Text.Unicode;

namespace LiveLedger.Cryptography.Cbor;

/// <summary>Reads deterministic CBOR (RFC 8949 §4.2.1) from outside, item by item, without allocating or throwing.</summary>
/// <remarks>
/// Refused: heads that are not the shortest, indefinite lengths, reserved values, simple values and floats, text that is
/// not UTF-8, lengths past the end. A read that returns false leaves the position where it was. Our maps have fixed
/// schemas, so their readers ask for each key in its place (<see cref="TryReadKey"/>): unordered, doubled and unknown keys
/// fail there.
/// </remarks>
public ref struct CborReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Number of bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>True when no byte is left.</summary>
    public readonly bool AtEnd => Position == _data.Length;

    /// <summary>Reads an integer of major type 0.</summary>
    public bool TryReadUnsigned(out ulong value) => TryReadHead(CborMajorType.Unsigned, out value);

    /// <summary>Reads an integer of major type 0 or 1 that fits 64 signed bits.</summary>
    public bool TryReadInteger(out long value)
    {
        var start = Position;
        if (TryReadHead(CborMajorType.Unsigned, out var argument) && argument <= long.MaxValue)
        {
            value = (long)argument;
            return true;
        }

        Position = start;
        if (TryReadHead(CborMajorType.Negative, out argument) && argument <= long.MaxValue)
        {
            value = (long)~argument;
            return true;
        }

        Position = start;
        value = 0;
        return false;
    }

    /// <summary>Reads an integer of major type 0 from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public bool TryReadUnsigned(ulong min, ulong max, out ulong value)
    {
        var start = Position;
        if (TryReadUnsigned(out value) && value >= min && value <= max)
        {
            return true;
        }

        Position = start;
        value = 0;
        return false;
    }

    /// <summary>Reads the integer key (or constant) that must stand here.</summary>
    public bool TryReadKey(long key)
    {
        var start = Position;
        if (TryReadInteger(out var found) && found == key)
        {
            return true;
        }

        Position = start;
        return false;
    }

    /// <summary>Reads a byte string of at most <paramref name="maxLength"/> bytes; the result is a view of the input.</summary>
    public bool TryReadBytes(int maxLength, out ReadOnlySpan<byte> value) => TryReadString(CborMajorType.Bytes, maxLength, out value);

    /// <summary>Reads a byte string of exactly 32 bytes.</summary>
    public bool TryReadBytes32(out Bytes32 value)
    {
        var start = Position;
        if (TryReadBytes(Bytes32.Length, out var bytes) && bytes.Length == Bytes32.Length)
        {
            value = new(bytes);
            return true;
        }

        Position = start;
        value = default;
        return false;
    }

    /// <summary>Reads a text string of at most <paramref name="maxLength"/> bytes of valid UTF-8; the result is a view of the input.</summary>
    public bool TryReadText(int maxLength, out ReadOnlySpan<byte> utf8)
    {
        var start = Position;
        if (TryReadString(CborMajorType.Text, maxLength, out utf8) && Utf8.IsValid(utf8))
        {
            return true;
        }

        Position = start;
        utf8 = default;
        return false;
    }

    /// <summary>Reads the head of an array of exactly <paramref name="count"/> items.</summary>
    public bool TryReadArray(int count) => TryReadExactHead(CborMajorType.Array, (ulong)count);

    /// <summary>Reads the head of a map of exactly <paramref name="pairs"/> keys.</summary>
    public bool TryReadMap(int pairs) => TryReadExactHead(CborMajorType.Map, (ulong)pairs);

    /// <summary>Reads the tag that must stand here.</summary>
    public bool TryReadTag(ulong tag) => TryReadExactHead(CborMajorType.Tag, tag);

    private bool TryReadExactHead(CborMajorType type, ulong expected)
    {
        var start = Position;
        if (TryReadHead(type, out var argument) && argument == expected)
        {
            return true;
        }

        Position = start;
        return false;
    }

    private bool TryReadString(CborMajorType type, int maxLength, out ReadOnlySpan<byte> value)
    {
        var start = Position;
        if (TryReadHead(type, out var length) && length <= (ulong)maxLength && length <= (ulong)(_data.Length - Position))
        {
            value = _data.Slice(Position, (int)length);
            Position += (int)length;
            return true;
        }

        Position = start;
        value = default;
        return false;
    }

    private bool TryReadHead(CborMajorType type, out ulong argument)
    {
        argument = 0;
        var rest = _data[Position..];
        if (rest.IsEmpty || rest[0] >> 5 != (int)type)
        {
            return false;
        }

        var additional = rest[0] & 0x1f;
        // 24…27: the argument follows in 1, 2, 4 or 8 bytes. 28…31: reserved, or an indefinite length.
        var size = additional < 24 ? 1 : additional > 27 ? 0 : 1 + (1 << (additional - 24));
        if (size == 0 || rest.Length < size)
        {
            return false;
        }

        var read = size switch
        {
            1 => (ulong)additional,
            2 => rest[1],
            3 => BinaryPrimitives.ReadUInt16BigEndian(rest[1..]),
            5 => BinaryPrimitives.ReadUInt32BigEndian(rest[1..]),
            _ => BinaryPrimitives.ReadUInt64BigEndian(rest[1..]),
        };
        if (CborWriter.HeadSize(read) != size)
        {
            return false;
        }

        argument = read;
        Position += size;
        return true;
    }
}
