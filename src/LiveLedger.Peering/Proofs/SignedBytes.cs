using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Peering.Proofs;

/// <summary>A tag and fields of fixed length after it: no two sets of fields give the same bytes.</summary>
internal ref struct SignedBytes
{
    private readonly byte[] _bytes;
    private int _length;

    /// <param name="tag">The domain tag.</param>
    /// <param name="length">Of all fields together.</param>
    public SignedBytes(ReadOnlySpan<byte> tag, int length)
    {
        _bytes = new byte[tag.Length + length];
        tag.CopyTo(_bytes);
        _length = tag.Length;
    }

    public void Add(byte value) => _bytes[_length++] = value;

    public void Add(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    public void Add(Bytes32 value)
    {
        value.CopyTo(_bytes.AsSpan(_length));
        _length += Bytes32.Length;
    }

    public void Add(BroadcastId broadcast)
    {
        broadcast.CopyTo(_bytes.AsSpan(_length));
        _length += BroadcastId.Length;
    }

    /// <summary>The bytes.</summary>
    /// <exception cref="InvalidOperationException">A field is missing.</exception>
    public readonly byte[] ToArray() => _length == _bytes.Length ? _bytes : throw new InvalidOperationException("a field is missing");
}
