using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain;

/// <summary>A transaction's hash.</summary>
public readonly record struct TransactionHash(Bytes32 Value)
{
    /// <summary>Reads <c>0x</c> and 64 hexadecimal characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TransactionHash hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        var read = HexText.TryRead(text, bytes);
        hash = read ? new(new Bytes32(bytes)) : default;
        return read;
    }

    /// <summary><c>0x</c> and 64 lower-case hexadecimal characters.</summary>
    public override string ToString() => HexText.Of(Value.ToArray());
}
