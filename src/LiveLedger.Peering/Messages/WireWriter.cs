using System.Buffers.Binary;
using LiveLedger.Cryptography;

namespace LiveLedger.Peering.Messages;

/// <summary>Puts fields into a message, big-endian. The caller gives room enough.</summary>
internal ref struct WireWriter
{
    private readonly Span<byte> _room;

    public WireWriter(Span<byte> room, PeerMessageType type)
    {
        _room = room;
        _room[0] = (byte)type;
        Length = 1;
    }

    public int Length { get; private set; }

    public void Put(byte value) => _room[Length++] = value;

    public void Put(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_room[Length..], value);
        Length += sizeof(ushort);
    }

    public void Put(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_room[Length..], value);
        Length += sizeof(uint);
    }

    public void Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_room[Length..], value);
        Length += sizeof(ulong);
    }

    public void Put(Bytes32 value)
    {
        value.CopyTo(_room[Length..]);
        Length += Bytes32.Length;
    }

    public void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[Length..]);
        Length += bytes.Length;
    }
}
