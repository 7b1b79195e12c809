using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LiveLedger.Chain;

/// <summary>Hexadecimal as Ethereum's JSON-RPC writes it (execution-apis, "Hex value encoding"): data in whole bytes, quantities without leading zeros.</summary>
public static class HexText
{
    /// <summary>Bytes as data: <c>0x</c> and two characters for each.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>A number as quantity: <c>0x0</c>, <c>0x41</c>.</summary>
    public static string Quantity(UInt128 value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Reads data of exactly the length of <paramref name="bytes"/>.</summary>
    public static bool TryRead([NotNullWhen(true)] string? text, Span<byte> bytes) =>
        text is not null && text.Length == 2 + bytes.Length * 2 && text.StartsWith("0x", StringComparison.Ordinal)
        && Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == OperationStatus.Done;

    /// <summary>Reads data of at most so many bytes.</summary>
    public static bool TryRead([NotNullWhen(true)] string? text, int most, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length < 2 || text.Length % 2 != 0 || (text.Length - 2) / 2 > most)
        {
            return false;
        }

        var read = new byte[(text.Length - 2) / 2];
        bytes = TryRead(text, read) ? read : null;
        return bytes is not null;
    }

    /// <summary>Reads a quantity; refuses leading zeros and what is above 128 bits.</summary>
    public static bool TryReadQuantity([NotNullWhen(true)] string? text, out UInt128 value)
    {
        value = default;
        return text is { Length: > 2 and <= 34 } && text.StartsWith("0x", StringComparison.Ordinal) && (text.Length == 3 || text[2] != '0')
            && UInt128.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
