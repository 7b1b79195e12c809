using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LiveLedger.Ledger.Http;

/// <summary>
/// Entry bundles as gzip for those who ask (tlog-tiles: they should be compressed at the HTTP layer). Hash tiles are never: hashes do not
/// shrink. What is compressed is bounded by a bundle's own bound, 256 entries of 64 kB, and a full bundle never changes, so a cache asks once.
/// </summary>
internal static class CompressedBundle
{
    private const string Gzip = "gzip";

    /// <summary>The bundle in the coding that was asked for; sets <c>Content-Encoding</c> and <c>Vary</c>.</summary>
    public static ReadOnlyMemory<byte> Answer(HttpContext http, ReadOnlyMemory<byte> bundle)
    {
        // RFC 9110 §12.5.5: a cache must not give one coding to a client that asked for the other.
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (!IsAsked(http.Request))
        {
            return bundle;
        }

        var compressed = Compress(bundle.Span);
        if (compressed.Length >= bundle.Length)
        {
            return bundle;
        }

        http.Response.Headers.ContentEncoding = Gzip;
        return compressed;
    }

    // RFC 9110 §12.5.3: a weight of 0 is a refusal. Without the header anything would do, and identity does for everybody.
    private static bool IsAsked(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(static c => c.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && c.Quality is null or > 0);

    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
