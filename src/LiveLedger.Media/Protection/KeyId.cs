namespace LiveLedger.Media.Protection;

/// <summary>A content key's public id (KID, ISO/IEC 23001-7 §8.1). 16 bytes; in MPDs a UUID, in EME base64url.</summary>
public readonly record struct KeyId(Guid Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>Takes the 16-byte form.</summary>
    public static KeyId Read(ReadOnlySpan<byte> bytes) => new(new Guid(bytes, bigEndian: true));

    /// <summary>Writes the 16-byte form.</summary>
    public void CopyTo(Span<byte> destination) => Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>32 lower-case hexadecimal characters.</summary>
    public override string ToString() => Value.ToString("N");
}
