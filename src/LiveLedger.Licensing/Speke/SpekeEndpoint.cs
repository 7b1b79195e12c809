using System.Security.Cryptography;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Cpix;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Speke;

/// <summary><c>POST /speke/v2/copyProtection</c>: gives a broadcast's keys to its owner's packager (SPEKE 2.0 and 2.1, AWS's "Secure Packager and Encoder Key Exchange").</summary>
internal sealed class SpekeEndpoint(PackagedKeys packaged, MasterKeys keys, LicensingLinks links, LicensingOptions options)
{
    private const string VersionHeader = "X-Speke-Version";

    private static readonly string s_agent = $"LiveLedger/{typeof(SpekeEndpoint).Assembly.GetName().Version?.ToString(2)}";

    private static readonly Refusal s_large = new(413, "body-too-large", $"A CPIX document has at most {CpixText.MaxBytes} bytes.");
    private static readonly Refusal s_type = new(415, "media-type-unsupported", "A CPIX document is application/xml.");

    public static void Map(RouteGroupBuilder speke)
    {
        // The specification leaves the path open; these are those of its examples.
        foreach (var version in (string[])["v2", "v2.0", "v2.1"])
        {
            var group = speke.MapGroup(version);
            group.MapPost("", static (HttpContext context, SpekeEndpoint e) => e.AnswerAsync(context)).ExcludeFromDescription();
            group.MapPost("copyProtection", static (HttpContext context, SpekeEndpoint e) => e.AnswerAsync(context)).WithName($"copyProtection-{version}");
        }
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var head = context.Response.Headers;
        head.CacheControl = "no-store";
        head["X-Speke-User-Agent"] = s_agent;
        var version = context.Request.Headers[VersionHeader].ToString();
        if (version switch { "2.0" => "2.3", "2.1" => "2.4", _ => null } is not { } cpix)
        {
            return CpixRefusals.SpekeVersion.ToResult();
        }

        head[VersionHeader] = version;
        if (context.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() is not ("application/xml" or "text/xml"))
        {
            return s_type.ToResult();
        }

        if (await ReadBodyAsync(context) is not { } body)
        {
            return s_large.ToResult();
        }

        if (!CpixText.TryRead(body, out var document))
        {
            return CpixRefusals.Malformed.ToResult();
        }

        var request = CpixRequest.Read(document, cpix);
        var broadcast = await links.OwnedAsync(request.ContentId, context.User, context.RequestAborted);

        // Given only after it is written down: who has which key can be shown afterwards.
        await packaged.GiveAsync(broadcast, version, request, context.RequestAborted);
        var licences = $"{options.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host}"}/v1/licences";
        return new KeysResult(CpixAnswer.Write(request, id => keys.KeyOf(broadcast, id), id => keys.PackagerIv(broadcast, id), licences));
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = CpixText.MaxBytes + 1;
        }

        var buffer = new byte[CpixText.MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length <= CpixText.MaxBytes ? buffer.AsMemory(0, length) : null;
    }

    /// <summary>Writes the document, which may hold keys, and wipes it.</summary>
    private sealed class KeysResult(byte[] document) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            try
            {
                context.Response.ContentType = "application/xml";
                context.Response.ContentLength = document.Length;
                await context.Response.Body.WriteAsync(document, context.RequestAborted);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(document);
            }
        }
    }
}
