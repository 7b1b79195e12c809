using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using LiveLedger.Chain.Keccak;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain;

/// <summary>An account's or a contract's address: 20 bytes.</summary>
public readonly record struct Address
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 20;

    private readonly UInt128 _high;
    private readonly uint _low;

    /// <summary>Copies exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">The span is not 20 bytes long.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"expected {Length} bytes, got {bytes.Length}", nameof(bytes));
        }

        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[Unsafe.SizeOf<UInt128>()..]);
    }

    /// <summary>The native coin, where a currency is asked for; no account has it.</summary>
    public static Address Zero => default;

    /// <summary>Writes the 20 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(destination[Unsafe.SizeOf<UInt128>()..], _low);
    }

    /// <summary>The bytes, copied.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads <c>0x</c> and 40 hexadecimal characters: all lower case, all upper case, or mixed with the right checksum (EIP-55).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Length];
        address = default;
        if (!HexText.TryRead(text, bytes))
        {
            return false;
        }

        var read = new Address(bytes);
        var digits = text.AsSpan(2);
        if (digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F') && text != read.ToChecksumText())
        {
            return false;
        }

        address = read;
        return true;
    }

    /// <summary>With the checksum of EIP-55 in the case of its letters: for people, who copy addresses by hand.</summary>
    public string ToChecksumText()
    {
        var text = Convert.ToHexStringLower(ToArray());
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        Keccak256.Hash(Encoding.ASCII.GetBytes(text), hash);
        var mixed = new StringBuilder("0x", 2 + text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xf;
            mixed.Append(nibble >= 8 ? char.ToUpperInvariant(text[i]) : text[i]);
        }

        return mixed.ToString();
    }

    /// <summary><c>0x</c> and 40 lower-case hexadecimal characters.</summary>
    public override string ToString() => HexText.Of(ToArray());
}
