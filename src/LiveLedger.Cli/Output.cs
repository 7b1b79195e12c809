using System.Text;
using System.Text.Json;

namespace LiveLedger.Cli;

/// <summary>
/// What the program prints. Most of it has words of others in it, of servers and logs that are not trusted, and a terminal obeys control
/// characters: so everything is printed through here, and none gets through.
/// </summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static string Json(object value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Prints to standard output.</summary>
    internal static void Line(string text) => Console.WriteLine(Shown(text));

    /// <summary>Prints to standard error.</summary>
    internal static void Error(string text) => Console.Error.WriteLine(Shown(text));

    /// <summary>
    /// The text with control characters, and those that turn the direction of reading, as <c>\u009b</c>: in JSON it says the same.
    /// New lines and tabs stay.
    /// </summary>
    internal static string Shown(string text)
    {
        if (!text.Any(IsHarmful))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = IsHarmful(c) ? shown.Append($"\\u{(int)c:x4}") : shown.Append(c);
        }

        return shown.ToString();
    }

    /// <summary>The same for words of others within a line: no new line begins in them.</summary>
    internal static string Word(string text) => Shown(text).Replace("\n", "\\u000a", StringComparison.Ordinal);

    // C0, DEL and C1; then Unicode's line ends and its marks, embeddings, overrides and isolates of direction.
    private static bool IsHarmful(char c) => (char.IsControl(c) && c is not ('\n' or '\t'))
        || c is '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
