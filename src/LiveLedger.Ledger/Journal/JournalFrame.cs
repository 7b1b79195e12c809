using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Ledger.Journal;

/// <summary>An event as the journal holds it: the very bytes that are in the database.</summary>
/// <param name="Entry">The log entry, whose hash is the leaf.</param>
/// <param name="Salt">The salt of the payload's digest.</param>
/// <param name="Payload">The payload; personal values in it are encrypted.</param>
internal sealed record JournaledEvent(ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes of its body in a frame.</summary>
    public int BodyLength => sizeof(ushort) + Entry.Length + Salt.Length + Payload.Length;
}

/// <summary>
/// One event's bytes in a journal file: length and CRC-32C of the body, then the body. The checksum is against torn writes only; what speaks
/// against forgers is the tree. See <c>docs/formats/journal.md</c>.
/// </summary>
internal static class JournalFrame
{
    public const int HeaderLength = 8;

    /// <summary>Longest body in bytes.</summary>
    public const int MaxBodyLength = sizeof(ushort) + LedgerEntry.MaxLength + PayloadDigest.SaltLength + NewEvent.MaxPayloadLength;

    private const int MinBodyLength = sizeof(ushort) + PayloadDigest.SaltLength;

    public static void Write(IBufferWriter<byte> to, JournaledEvent e)
    {
        var length = e.BodyLength;
        var frame = to.GetSpan(HeaderLength + length)[..(HeaderLength + length)];
        var body = frame[HeaderLength..];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)e.Entry.Length);
        e.Entry.Span.CopyTo(body[2..]);
        e.Salt.Span.CopyTo(body[(2 + e.Entry.Length)..]);
        e.Payload.Span.CopyTo(body[(2 + e.Entry.Length + e.Salt.Length)..]);
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)length);
        BinaryPrimitives.WriteUInt32BigEndian(frame[4..], Checksum(body));
        to.Advance(frame.Length);
    }

    /// <summary>The body's length from a frame's first bytes; false if no body has it.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int length, out uint checksum)
    {
        var declared = BinaryPrimitives.ReadUInt32BigEndian(header);
        checksum = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        length = declared is >= MinBodyLength and <= MaxBodyLength ? (int)declared : 0;
        return length > 0;
    }

    /// <summary>The event of a body, which it keeps; null if the body is torn.</summary>
    public static JournaledEvent? Read(ReadOnlyMemory<byte> body, uint checksum)
    {
        var entry = BinaryPrimitives.ReadUInt16BigEndian(body.Span);
        return sizeof(ushort) + entry + PayloadDigest.SaltLength <= body.Length && Checksum(body.Span) == checksum
            ? new(body.Slice(2, entry), body.Slice(2 + entry, PayloadDigest.SaltLength), body[(2 + entry + PayloadDigest.SaltLength)..])
            : null;
    }

    // RFC 3720 §B.4: CRC-32C, all ones before and after.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
