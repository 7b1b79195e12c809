using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>Sends a file that is sealed: it has its length and its bytes for ever.</summary>
internal static class SealedFile
{
    // What a reader who reads nothing keeps of this process's memory, and what Kestrel takes in without a pause.
    private const int Part = 64 * 1024;

    /// <summary>Answers with it, or with the part of it that is asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="length">Its length if it is known, else null.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="tag">Its strong ETag without the quotes.</param>
    public static async Task SendAsync(HttpContext context, string path, long? length, string type, string tag)
    {
        if (IsPlain(context.Request, out var first, out var last))
        {
            // The two say that nobody is kept from anything: without them each opening is a lock more, and nobody writes here.
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var all = length ?? RandomAccess.GetLength(file);
            if (first < all)
            {
                var headers = context.Response.Headers;
                headers.ContentType = type;
                headers.ETag = $"\"{tag}\"";
                headers.AcceptRanges = "bytes";
                var end = last is { } l && l < all ? l + 1 : all;
                if (last is not null)
                {
                    context.Response.StatusCode = StatusCodes.Status206PartialContent;
                    headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{end - 1}/{all}");
                }

                headers.ContentLength = end - first;
                await CopyAsync(context.Response, file, first, end, path);
                return;
            }
        }

        await Results.File(path, type, entityTag: new EntityTagHeaderValue($"\"{tag}\""), enableRangeProcessing: true).ExecuteAsync(context);
    }

    // What nearly everybody asks for: all of it, or one range with both its ends. Whatever else HTTP knows is left to the framework.
    private static bool IsPlain(HttpRequest request, out long first, out long? last)
    {
        (first, last) = (0, null);
        if (!HttpMethods.IsGet(request.Method) || request.Headers is not { IfNoneMatch.Count: 0, IfMatch.Count: 0, IfModifiedSince.Count: 0, IfUnmodifiedSince.Count: 0 } headers)
        {
            return false;
        }

        if (headers.Range.Count == 0)
        {
            return true;
        }

        if (headers.IfRange.Count == 0 && RangeHeaderValue.TryParse(headers.Range.ToString(), out var range) && range is { Unit.Value: "bytes", Ranges.Count: 1 }
            && range.Ranges.Single() is { From: { } from, To: { } to })
        {
            (first, last) = (from, to);
            return true;
        }

        return false;
    }

    // From the system's memory, where new segments are, to where it is sent from, and no stream between that copies it once more.
    private static async Task CopyAsync(HttpResponse response, Microsoft.Win32.SafeHandles.SafeFileHandle file, long at, long end, string path)
    {
        // Before it has started, a response collects what is written in memory of its own.
        await response.StartAsync();
        while (at < end)
        {
            var part = (int)Math.Min(Part, end - at);
            var read = RandomAccess.Read(file, response.BodyWriter.GetSpan(part)[..part], at);
            if (read == 0)
            {
                throw new InvalidDataException($"{path} is damaged: it ends at {at} instead of {end}");
            }

            response.BodyWriter.Advance(read);
            at += read;
            if ((await response.BodyWriter.FlushAsync()).IsCompleted)
            {
                // Nobody reads on.
                return;
            }
        }
    }
}
