using System.Buffers.Binary;

namespace LiveLedger.Peering.Messages;

/// <summary>Takes fields off the front of a message, big-endian. What is not there leaves everything as it was.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly int Left => _rest.Length;

    public bool TryTake(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > _rest.Length)
        {
            return false;
        }

        bytes = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    public bool TryTake(out byte value)
    {
        value = 0;
        if (!TryTake(1, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        value = bytes[0];
        return true;
    }

    public bool TryTake(out ushort value)
    {
        value = 0;
        return TryTake(sizeof(ushort), out ReadOnlySpan<byte> bytes) && BinaryPrimitives.TryReadUInt16BigEndian(bytes, out value);
    }

    public bool TryTake(out uint value)
    {
        value = 0;
        return TryTake(sizeof(uint), out ReadOnlySpan<byte> bytes) && BinaryPrimitives.TryReadUInt32BigEndian(bytes, out value);
    }

    public bool TryTake(out ulong value)
    {
        value = 0;
        return TryTake(sizeof(ulong), out ReadOnlySpan<byte> bytes) && BinaryPrimitives.TryReadUInt64BigEndian(bytes, out value);
    }
}
