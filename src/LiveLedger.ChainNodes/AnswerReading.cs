using System.Text.Json;
using LiveLedger.Chain;
using LiveLedger.Cryptography;

namespace LiveLedger.ChainNodes;

/// <summary>Reads values out of a node's results; what they cannot be is <see cref="ChainException.Malformed"/>.</summary>
internal static class AnswerReading
{
    /// <summary>A quantity up to <paramref name="most"/>.</summary>
    public static UInt128 Quantity(this JsonElement element, UInt128 most) =>
        HexText.TryReadQuantity(Text(element), out var value) && value <= most ? value : throw Bad("a quantity");

    /// <summary>A number of 64 bits.</summary>
    public static ulong Number(this JsonElement element) => (ulong)element.Quantity(ulong.MaxValue);

    /// <summary>An amount of the native coin's smallest unit.</summary>
    public static UInt128 Amount(this JsonElement element) => element.Quantity(UInt128.MaxValue);

    public static BlockHash BlockHash(this JsonElement element) => Chain.BlockHash.TryParse(Text(element), out var hash) ? hash : throw Bad("a block's hash");

    public static TransactionHash TransactionHash(this JsonElement element) => Chain.TransactionHash.TryParse(Text(element), out var hash) ? hash : throw Bad("a transaction's hash");

    public static Address Address(this JsonElement element) => Chain.Address.TryParse(Text(element), out var address) ? address : throw Bad("an address");

    public static Bytes32 Word(this JsonElement element)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        return HexText.TryRead(Text(element), bytes) ? new(bytes) : throw Bad("32 bytes");
    }

    /// <summary>Data of at most so many bytes.</summary>
    public static byte[] Data(this JsonElement element, int most) => HexText.TryRead(Text(element), most, out var bytes) ? bytes : throw Bad("data");

    /// <summary>A member that must be there.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : throw Bad($"'{name}'");

    /// <summary>A member that may be missing or null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null : throw Bad($"'{name}'");

    /// <summary>A list of at most so many.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, int most) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() <= most ? element.EnumerateArray() : throw Bad("a list");

    /// <summary>Reads what may be null.</summary>
    public static T? OrNull<T>(this JsonElement element, Func<JsonElement, T> read)
        where T : class => element.ValueKind == JsonValueKind.Null ? null : read(element);

    public static ChainException Bad(string expected) => ChainException.OfAnswer($"the node's answer does not hold {expected} where it should");

    private static string? Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
