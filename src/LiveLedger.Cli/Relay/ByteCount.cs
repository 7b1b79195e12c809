using System.CommandLine.Parsing;
using System.Globalization;

namespace LiveLedger.Cli.Relay;

/// <summary>Reads a number of bytes from the command line: digits, and perhaps K, M, G or T.</summary>
internal static class ByteCount
{
    internal static long Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParse(text, out var bytes))
        {
            return bytes;
        }

        result.AddError($"'{text}' is no number of bytes: 512M, 20G");
        return 0;
    }

    internal static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        if (text.Length == 0)
        {
            return false;
        }

        var shift = "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) is var at and >= 0 ? (at + 1) * 10 : 0;
        var digits = shift > 0 ? text.AsSpan(..^1) : text;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
        {
            return false;
        }

        bytes = number << shift;
        return true;
    }
}
