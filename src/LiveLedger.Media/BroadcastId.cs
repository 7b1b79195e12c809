using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Media;

/// <summary>Names a broadcast everywhere: URLs, records, streams. 16 bytes (a UUIDv7), 32 lower-case hexadecimal characters.</summary>
public readonly record struct BroadcastId(Guid Value)
{
    /// <summary>Length of the binary form in bytes.</summary>
    public const int Length = 16;

    /// <summary>A new id; its first 48 bits are the time, so ids sort by creation.</summary>
    public static BroadcastId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    /// <summary>Parses the 32-character text form, lower case only, so that one broadcast has one URL.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BroadcastId id)
    {
        id = default;
        if (text is null || text.Length != 32 || text.AsSpan().ContainsAnyExcept("0123456789abcdef")
            || !Guid.TryParseExact(text, "N", out var value))
        {
            return false;
        }

        id = new(value);
        return true;
    }

    /// <summary>Takes the 16-byte big-endian form.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BroadcastId id)
    {
        id = default;
        if (bytes.Length != Length)
        {
            return false;
        }

        id = new(new Guid(bytes, bigEndian: true));
        return true;
    }

    /// <summary>Writes the 16-byte big-endian form.</summary>
    public void CopyTo(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>The 32-character text form.</summary>
    public override string ToString() => Value.ToString("N");
}
