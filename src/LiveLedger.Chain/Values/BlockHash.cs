using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain;

/// <summary>A block's hash: Keccak-256 of its header's RLP.</summary>
public readonly record struct BlockHash(Bytes32 Value)
{
    /// <summary>Reads <c>0x</c> and 64 hexadecimal characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BlockHash hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        var read = HexText.TryRead(text, bytes);
        hash = read ? new(new Bytes32(bytes)) : default;
        return read;
    }

    /// <summary><c>0x</c> and 64 lower-case hexadecimal characters.</summary>
    public override string ToString() => HexText.Of(Value.ToArray());
}
