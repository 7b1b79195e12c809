using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Licences;

/// <summary><c>POST /v1/licences</c>: EME ClearKey JSON in and out (Encrypted Media Extensions §9.1.3 and §9.1.4).</summary>
internal static class LicenceEndpoint
{
    /// <summary>Names the playback: its heartbeats go to <c>/v1/playbacks/{id}</c>.</summary>
    public const string PlaybackHeader = "Playback-Id";

    /// <summary>What its terms go up to, so that a player tries nothing that it gets no key for.</summary>
    public const string TierHeader = "Max-Tier";

    private static readonly Refusal s_malformed = new(400, "licence-request-malformed",
        $"A licence request is {{\"kids\":[…],\"type\":\"temporary\"}} with 1 to {LicenceRequest.MaxKeyIds} key ids of 16 bytes in base64url.");

    private static readonly Refusal s_large = new(413, "body-too-large", $"A licence request has at most {LicenceRequest.MaxBytes} bytes.");

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/v1/licences", static (HttpContext context, LicenceDesk desk, MasterKeys keys, AskerReader askers, TimeProvider time) =>
            AnswerAsync(context, desk, keys, askers, time))
        .WithName("requestLicence").WithTags("licences");

    private static async Task<IResult> AnswerAsync(HttpContext context, LicenceDesk desk, MasterKeys keys, AskerReader askers, TimeProvider time)
    {
        context.Response.Headers.CacheControl = "no-store";
        var asker = askers.Read(context);
        if (await ReadBodyAsync(context) is not { } body)
        {
            return s_large.ToResult();
        }

        if (!LicenceRequest.TryParse(body, out var request))
        {
            return s_malformed.ToResult();
        }

        var answer = await desk.DecideAsync(asker, request, context.RequestAborted);
        context.Response.Headers[DecisionEndpoint.Header] = answer.Event.ToString();
        if (!answer.Decision.IsGranted)
        {
            return LicenceRefusals.Of(answer.Decision, time.GetUtcNow()).ToResult();
        }

        // A header, because a browser hands the body to its CDM as it is.
        context.Response.Headers[PlaybackHeader] = answer.Playback!.Value.ToString();
        context.Response.Headers[TierHeader] = answer.MaxTier.ToString().ToUpperInvariant();
        return new LicenceResult(asker.Broadcast, answer.Decision.Given, keys);
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LicenceRequest.MaxBytes + 1;
        }

        var buffer = new byte[LicenceRequest.MaxBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length <= LicenceRequest.MaxBytes ? buffer.AsMemory(0, length) : null;
    }

    /// <summary>Writes the licence. A result of its own, so that key bytes pass through no serializer, no log and no string.</summary>
    private sealed class LicenceResult(BroadcastId broadcast, IReadOnlyList<AskedKey> given, MasterKeys keys) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            var buffer = new ArrayBufferWriter<byte>(256 + given.Count * 128);
            Write(buffer);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = buffer.WrittenCount;
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
        }

        private void Write(ArrayBufferWriter<byte> buffer)
        {
            Span<byte> id = stackalloc byte[KeyId.Length];
            Span<byte> text = stackalloc byte[24];
            using var json = new Utf8JsonWriter(buffer);
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var asked in given)
            {
                using var key = keys.KeyOf(broadcast, asked.Id);
                asked.Id.CopyTo(id);
                json.WriteStartObject();
                json.WriteString("kty", "oct");
                json.WriteString("kid", StrictBase64Url.Encode(id));
                var written = System.Buffers.Text.Base64Url.EncodeToUtf8(key.Bytes, text);
                json.WriteString("k"u8, text[..written]);
                CryptographicOperations.ZeroMemory(text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("type", "temporary");
            json.WriteEndObject();
        }
    }
}
