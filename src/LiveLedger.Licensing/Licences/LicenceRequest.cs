using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>A licence request as a browser's ClearKey makes it (Encrypted Media Extensions §9.1.3): the ids of the keys it wants.</summary>
internal sealed record LicenceRequest(IReadOnlyList<KeyId> KeyIds)
{
    /// <summary>Longest body in bytes.</summary>
    public const int MaxBytes = 4 * 1024;

    /// <summary>Most key ids in a request: four classes in four periods.</summary>
    public const int MaxKeyIds = 16;

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

            request = new(ids);
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
}
