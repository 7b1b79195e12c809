using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LiveLedger.Chain.Abi;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Contracts;

/// <summary>Says in one short line why a contract refused. The bytes come from a node, the texts in them from whoever wrote the contract: nothing in them is trusted.</summary>
public static class RevertReason
{
    /// <summary>The longest line.</summary>
    public const int MaxLength = 200;

    private const int MaxText = 1024;

    private static readonly AbiSignature s_error = new("Error(string)");
    private static readonly AbiSignature s_panic = new("Panic(uint256)");

    /// <summary>Reads what a reverted call returned.</summary>
    public static string Describe(ReadOnlySpan<byte> data)
    {
        var line = DescribeUnbounded(data);
        if (line.Length <= MaxLength)
        {
            return line;
        }

        // Never half of a surrogate pair.
        var most = MaxLength - 1;
        return line[..(char.IsHighSurrogate(line[most - 1]) ? most - 1 : most)] + "…";
    }

    private static string DescribeUnbounded(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return "reverted without a reason";
        }

        if (!BinaryPrimitives.TryReadUInt32BigEndian(data, out var selector))
        {
            return $"reverted with {HexText.Of(data)}";
        }

        var words = new AbiReader(data[AbiSignature.SelectorLength..]);
        if (selector == s_error.Selector && words.TryTakeOnlyOffset() && words.TryTakeBytes(MaxText, out var text) && words.AtEnd)
        {
            return $"reverted: {Printable(text)}";
        }

        if (selector == s_panic.Selector && words.TryTake(out UInt128 code) && words.AtEnd)
        {
            return $"panicked: {Panic(code)}";
        }

        return ContractErrors.BySelector.TryGetValue(selector, out var known)
            ? Custom(known, data[AbiSignature.SelectorLength..])
            : $"reverted with an unknown error {HexText.Of(data[..AbiSignature.SelectorLength])}";
    }

    // All parameters of the errors we know are single words.
    private static string Custom(AbiSignature error, ReadOnlySpan<byte> arguments)
    {
        var open = error.Text.IndexOf('(', StringComparison.Ordinal);
        var types = error.Text[(open + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries);
        var name = error.Text[..open];
        if (arguments.Length != types.Length * AbiWords.Length)
        {
            return $"{name}, malformed";
        }

        var values = new string[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            values[i] = Word(types[i], arguments.Slice(i * AbiWords.Length, AbiWords.Length));
        }

        return $"{name}({string.Join(", ", values)})";
    }

    private static string Word(string type, ReadOnlySpan<byte> word)
    {
        if (type.StartsWith("uint", StringComparison.Ordinal) && AbiWords.TryRead(word, UInt128.MaxValue, out var number))
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        return type == "address" && AbiWords.TryRead(word, out Address account) ? account.ToString() : HexText.Of(word);
    }

    private static string Printable(ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder();
        foreach (var rune in Encoding.UTF8.GetString(utf8).EnumerateRunes())
        {
            // Letters, marks, numbers, punctuation, symbols and the space; no controls, and nothing that turns the direction of a line.
            var shown = rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.OtherNumber
                or (>= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol);
            text.Append(shown ? rune.ToString() : "�");
        }

        return text.ToString();
    }

    // Solidity, "Panic via assert and Error via require".
    private static string Panic(UInt128 code) => (ulong)UInt128.Min(code, ulong.MaxValue) switch
    {
        0x01 => "an assertion failed",
        0x11 => "arithmetic overflow",
        0x12 => "division by zero",
        0x21 => "no such value of an enumeration",
        0x22 => "storage is malformed",
        0x31 => "pop of an empty array",
        0x32 => "index out of bounds",
        0x41 => "too much memory",
        0x51 => "call of an unset function",
        _ => $"code {HexText.Quantity(code)}",
    };
}
