using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Peering.Messages;

/// <summary>Puts fields into a message, big-endian. The caller gives room enough.</summary>
internal ref struct WireWriter
{
    private readonly Span<byte> _room;

    public WireWriter(Span<byte> room) => _room = room;

    public WireWriter(Span<byte> room, PeerMessageType type) : this(room) => Put((byte)type);

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

    public void Put(BroadcastId broadcast)
    {
        broadcast.CopyTo(_room[Length..]);
        Length += BroadcastId.Length;
    }

    public void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[Length..]);
        Length += bytes.Length;
    }
}
