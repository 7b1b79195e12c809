using System.Runtime.InteropServices;

namespace LiveLedger.Cryptography;

/// <summary>Thirty-two bytes held by value: the storage of hashes and public keys, which wrap it in types of their own.</summary>
/// <remarks>Four words rather than an inline array, so that the compiler's record equality is right.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = Length)]
public readonly record struct Bytes32
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

#pragma warning disable IDE0051, CS0169 // read and written through Span below
    private readonly ulong _a, _b, _c, _d;
#pragma warning restore IDE0051, CS0169

    /// <summary>Copies exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"expected {Length} bytes, got {bytes.Length}", nameof(bytes));
        }

        this = MemoryMarshal.Read<Bytes32>(bytes);
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>The bytes, copied.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Lower-case hexadecimal, 64 characters.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
