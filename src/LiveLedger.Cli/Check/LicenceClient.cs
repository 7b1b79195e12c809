using System.Buffers.Text;
using System.Text.Json;
using LiveLedger.Cli.Rest;
using LiveLedger.Media.Protection;

namespace LiveLedger.Cli.Check;

/// <summary>Asks for licences as a player's EME does (ClearKey).</summary>
internal static class LicenceClient
{
    /// <summary>The content keys for these ids, by the viewer's token.</summary>
    /// <exception cref="ServerRefusal">The viewer may not have them.</exception>
    internal static async Task<IReadOnlyDictionary<KeyId, byte[]>> AskAsync(
        Uri server, string viewerToken, IEnumerable<KeyId> kids, CancellationToken cancellation)
    {
        using var api = new ServerApi(server, viewerToken);
        var body = await api.PostAsync("/v1/licences", new { kids = kids.Select(Text), type = "temporary" }, cancellation);
        var keys = new Dictionary<KeyId, byte[]>();
        try
        {
            using var licence = JsonDocument.Parse(body);
            foreach (var key in licence.RootElement.GetProperty("keys").EnumerateArray())
            {
                var kid = Base64Url.DecodeFromChars(key.GetProperty("kid").GetString());
                var value = Base64Url.DecodeFromChars(key.GetProperty("k").GetString());
                if (kid.Length == KeyId.Length && value.Length == 16)
                {
                    keys[KeyId.Read(kid)] = value;
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CommandFailure("the licence is not EME ClearKey JSON");
        }

        return keys;
    }

    private static string Text(KeyId id)
    {
        Span<byte> bytes = stackalloc byte[KeyId.Length];
        id.CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
