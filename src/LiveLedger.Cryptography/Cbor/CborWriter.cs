using System.Buffers.Binary;
using System.Text;

namespace LiveLedger.Cryptography.Cbor;

/// <summary>Writes deterministic CBOR (RFC 8949 §4.2.1) into a buffer the caller sized: shortest heads, definite lengths.</summary>
/// <remarks>
/// The caller writes map keys in bytewise order of their encodings, which for integer keys is 0, 1, 2 … -1, -2 …
/// Writing past the buffer throws <see cref="ArgumentException"/>: our own formats have known sizes.
/// </remarks>
public ref struct CborWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Bytes an item takes whose content is <paramref name="length"/> bytes long.</summary>
    public static int SizeOfString(int length) => HeadSize((ulong)length) + length;

    /// <summary>Writes an integer of major type 0 or 1.</summary>
    public void WriteInteger(long value)
    {
        if (value >= 0)
        {
            WriteHead(CborMajorType.Unsigned, (ulong)value);
        }
        else
        {
            WriteHead(CborMajorType.Negative, ~(ulong)value);
        }
    }

    /// <summary>Writes an integer of major type 0.</summary>
    public void WriteUnsigned(ulong value) => WriteHead(CborMajorType.Unsigned, value);

    /// <summary>Writes a byte string.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        WriteHead(CborMajorType.Bytes, (ulong)value.Length);
        WriteRaw(value);
    }

    /// <summary>Writes a byte string of 32 bytes.</summary>
    public void WriteBytes(in Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        value.CopyTo(bytes);
        WriteBytes(bytes);
    }

    /// <summary>Writes a text string.</summary>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair.</exception>
    public void WriteText(scoped ReadOnlySpan<char> value)
    {
        var length = s_strict.GetByteCount(value);
        WriteHead(CborMajorType.Text, (ulong)length);
        Length += s_strict.GetBytes(value, Reserve(length));
    }

    /// <summary>Begins an array of exactly <paramref name="count"/> items.</summary>
    public void WriteArray(int count) => WriteHead(CborMajorType.Array, checked((ulong)count));

    /// <summary>Begins a map of exactly <paramref name="pairs"/> keys, each followed by its value.</summary>
    public void WriteMap(int pairs) => WriteHead(CborMajorType.Map, checked((ulong)pairs));

    /// <summary>Writes a tag; the tagged item follows.</summary>
    public void WriteTag(ulong tag) => WriteHead(CborMajorType.Tag, tag);

    /// <summary>Writes bytes that are deterministic CBOR already.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> encoded)
    {
        encoded.CopyTo(Reserve(encoded.Length));
        Length += encoded.Length;
    }

    internal static int HeadSize(ulong argument) => argument switch
    {
        < 24 => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void WriteHead(CborMajorType type, ulong argument)
    {
        var size = HeadSize(argument);
        var head = Reserve(size)[..size];
        var high = (int)type << 5;
        switch (size)
        {
            case 1:
                head[0] = (byte)(high | (int)argument);
                break;
            case 2:
                head[0] = (byte)(high | 24);
                head[1] = (byte)argument;
                break;
            case 3:
                head[0] = (byte)(high | 25);
                BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)argument);
                break;
            case 5:
                head[0] = (byte)(high | 26);
                BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)argument);
                break;
            default:
                head[0] = (byte)(high | 27);
                BinaryPrimitives.WriteUInt64BigEndian(head[1..], argument);
                break;
        }

        Length += size;
    }

    private readonly Span<byte> Reserve(int size) => _buffer.Length - Length >= size
        ? _buffer[Length..]
        : throw new ArgumentException($"the CBOR buffer of {_buffer.Length} bytes is full");
}
