using System.Buffers.Binary;

namespace LiveLedger.Media.Boxes;

/// <summary>The head of a box: size and type (ISO/IEC 14496-12 §4.2).</summary>
internal readonly record struct BoxHeader(uint Type, int HeaderLength, ulong Size)
{
    /// <summary>Bytes that suffice to read any header.</summary>
    public const int MaxLength = 16;

    /// <summary>Reads a header. Without a fault, false says that more bytes are needed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out BoxHeader header, out MediaFault? fault)
    {
        header = default;
        fault = null;
        if (data.Length < 8)
        {
            return false;
        }

        var size = (ulong)BinaryPrimitives.ReadUInt32BigEndian(data);
        var type = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        var length = 8;
        if (size == 1)
        {
            if (data.Length < MaxLength)
            {
                return false;
            }

            size = BinaryPrimitives.ReadUInt64BigEndian(data[8..]);
            length = MaxLength;
        }

        if (size < (ulong)length)
        {
            fault = new(MediaFaultCode.BoxSizeInvalid, $"box {BoxType.Name(type)} says it has {size} bytes");
            return false;
        }

        header = new(type, length, size);
        return true;
    }
}
