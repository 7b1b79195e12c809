using System.Buffers.Binary;
using System.Diagnostics;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Abi;

/// <summary>
/// Values in words of 32 bytes (Solidity's ABI specification, "Formal Specification of the Encoding"): numbers and addresses stand at
/// the right, bytes at the left. Every reader refuses a word whose padding is not zero, and what is above 128 bits.
/// </summary>
internal static class AbiWords
{
    public const int Length = 32;

    private const int Half = Length / 2;

    public static byte[] Of(UInt128 value)
    {
        var word = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(word.AsSpan(Half), value);
        return word;
    }

    public static byte[] Of(Address value)
    {
        var word = new byte[Length];
        value.CopyTo(word.AsSpan(Length - Address.Length));
        return word;
    }

    public static byte[] Of(bool value) => Of(value ? UInt128.One : UInt128.Zero);

    /// <summary><c>bytes16</c>, as a UUID in the order in which it is written.</summary>
    public static byte[] Of(Guid value)
    {
        var word = new byte[Length];
        var written = value.TryWriteBytes(word, bigEndian: true, out _);
        Debug.Assert(written, "a UUID is half a word");
        return word;
    }

    public static bool TryRead(ReadOnlySpan<byte> word, UInt128 most, out UInt128 value)
    {
        var read = BinaryPrimitives.ReadUInt128BigEndian(word[Half..]);
        var good = !word[..Half].ContainsAnyExcept((byte)0) && read <= most;
        value = good ? read : default;
        return good;
    }

    public static bool TryRead(ReadOnlySpan<byte> word, out Address value)
    {
        var good = !word[..(Length - Address.Length)].ContainsAnyExcept((byte)0);
        value = good ? new(word[(Length - Address.Length)..]) : default;
        return good;
    }

    public static bool TryRead(ReadOnlySpan<byte> word, out bool value)
    {
        var good = TryRead(word, 1, out var number);
        value = number == 1;
        return good;
    }

    public static bool TryRead(ReadOnlySpan<byte> word, out Guid value)
    {
        var good = !word[Half..].ContainsAnyExcept((byte)0);
        value = good ? new(word[..Half], bigEndian: true) : default;
        return good;
    }
}
