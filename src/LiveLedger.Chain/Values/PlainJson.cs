using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LiveLedger.Chain;

/// <summary>
/// JSON in which nothing is escaped and all is ASCII. Numbers, hashes and data in Ethereum's JSON-RPC need no more, and of such JSON the
/// reader's methods throw nothing: of an escaped half of a surrogate pair they would.
/// </summary>
internal static class PlainJson
{
    public static bool Is(JsonElement json) => Is(JsonMarshal.GetRawUtf8Value(json));

    public static bool Is(ReadOnlySpan<byte> json) => Ascii.IsValid(json) && !json.Contains((byte)'\\');

    /// <summary>A member that is a text, or null.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
