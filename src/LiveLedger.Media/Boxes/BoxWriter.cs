using System.Buffers.Binary;

namespace LiveLedger.Media.Boxes;

/// <summary>Writes boxes into a span that the caller has made large enough: what is written here has been bounded before.</summary>
internal ref struct BoxWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Begins a box; the mark goes to <see cref="End"/>.</summary>
    public int Begin(uint type)
    {
        var mark = Position;
        U32(0);
        U32(type);
        return mark;
    }

    /// <summary>Begins a box with version and flags.</summary>
    public int Begin(uint type, byte version, uint flags)
    {
        var mark = Begin(type);
        U32(((uint)version << 24) | flags);
        return mark;
    }

    /// <summary>Ends the box begun at <paramref name="mark"/> by writing its size.</summary>
    public readonly void End(int mark) => PatchU32(mark, (uint)(Position - mark));

    public void U8(byte value) => _buffer[Position++] = value;

    public void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[Position..], value);
        Position += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[Position..], value);
        Position += 4;
    }

    public void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer[Position..], value);
        Position += 8;
    }

    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Position..]);
        Position += bytes.Length;
    }

    /// <summary>Writes bytes and hands them back, to be worked on where they stand.</summary>
    public Span<byte> Place(scoped ReadOnlySpan<byte> bytes)
    {
        var placed = Reserve(bytes.Length);
        bytes.CopyTo(placed);
        return placed;
    }

    /// <summary>Room for bytes that the caller writes, all of them.</summary>
    public Span<byte> Reserve(int length)
    {
        var reserved = _buffer.Slice(Position, length);
        Position += length;
        return reserved;
    }

    public readonly void PatchU32(int position, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[position..], value);

    public readonly uint ReadU32(int position) => BinaryPrimitives.ReadUInt32BigEndian(_buffer[position..]);
}
