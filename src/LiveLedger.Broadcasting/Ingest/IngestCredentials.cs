using System.Text;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary>The ingest key as a publisher sends it: a Bearer token, or the password of Basic, which every encoder has a field for.</summary>
internal static class IngestCredentials
{
    /// <summary>The key, or null if the request carries none.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return header["Bearer ".Length..].Trim();
        }

        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var buffer = new byte[512];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), buffer, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(buffer, 0, length);
        return text.IndexOf(':') is >= 0 and var colon ? text[(colon + 1)..] : null;
    }
}
