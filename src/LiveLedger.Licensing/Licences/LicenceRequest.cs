using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>A licence request as a browser's ClearKey makes it (Encrypted Media Extensions §9.1.3): the ids of the keys it wants.</summary>
/// <param name="KeyIds">Which.</param>
/// <param name="Playback">Our player's: a name by chance for this playback, 16 bytes in base64url; null from a stock player, whose token is one playback.</param>
/// <param name="Nonce">Our player's: the request's number in its playback, each once.</param>
/// <param name="Device">Our player's: a name by chance that the browser keeps, 16 bytes in base64url.</param>
internal sealed record LicenceRequest(IReadOnlyList<KeyId> KeyIds, string? Playback = null, long? Nonce = null, string? Device = null)
{
    /// <summary>Longest body in bytes.</summary>
    public const int MaxBytes = 4 * 1024;

    /// <summary>Most key ids in a request: four classes in four periods.</summary>
    public const int MaxKeyIds = 16;

    private const int NameLength = 16;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>Takes a body from outside. Members that are not of the specification are passed over, as it asks.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out LicenceRequest? request)
    {
        request = null;
        if (body.Length > MaxBytes)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(body, s_strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || root.TryGetProperty("type", out var type) && type.GetString() != "temporary"
                || !root.TryGetProperty("kids", out var kids) || kids.ValueKind != JsonValueKind.Array
                || kids.GetArrayLength() is 0 or > MaxKeyIds)
            {
                return false;
            }

            var ids = new List<KeyId>(kids.GetArrayLength());
            foreach (var kid in kids.EnumerateArray())
            {
                if (!StrictBase64Url.TryDecode(kid.GetString(), out var bytes) || bytes.Length != KeyId.Length)
                {
                    return false;
                }

                var id = KeyId.Read(bytes);
                if (!ids.Contains(id))
                {
                    ids.Add(id);
                }
            }

            string? playback = null, device = null;
            long? nonce = null;
            if (!TryReadName(root, "playback", ref playback) || !TryReadName(root, "device", ref device) || !TryReadNonce(root, ref nonce))
            {
                return false;
            }

            request = new(ids, playback, nonce, device);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A member of the wrong type, or half a surrogate pair as an escape.
            return false;
        }
    }

    // Written in one way only, so that two spellings are not two playbacks or devices.
    private static bool TryReadName(JsonElement root, string member, ref string? name)
    {
        if (!root.TryGetProperty(member, out var value))
        {
            return true;
        }

        name = value.GetString();
        return StrictBase64Url.TryDecode(name, out var bytes) && bytes.Length == NameLength;
    }

    private static bool TryReadNonce(JsonElement root, ref long? nonce)
    {
        if (!root.TryGetProperty("nonce", out var value))
        {
            return true;
        }

        nonce = value.TryGetInt64(out var number) ? number : null;
        return nonce is >= 0 and <= NonceWindow.Max;
    }
}
