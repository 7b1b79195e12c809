using System.Globalization;
using LiveLedger.Media.Records;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Relay;

/// <summary>A named "no" to one request, as problem+json (RFC 9457) in the form that the server's have.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable code, docs/operations/relay.md.</param>
/// <param name="Detail">For people.</param>
internal sealed record RelayRefusal(int Status, string Code, string Detail)
{
    public static readonly RelayRefusal UnknownBroadcast = new(404, "broadcast-unknown", "This relay does not carry such a broadcast.");
    public static readonly RelayRefusal UnknownObject = new(404, "segment-unknown", "There is no such object in this broadcast, or not yet.");
    public static readonly RelayRefusal TakenDown = new(410, "broadcast-taken-down", "The broadcast was taken down.");
    public static readonly RelayRefusal Manifest = new(404, "manifest-not-relayed", "Manifests are not signed, so a relay has none: ask the server.");
    public static readonly RelayRefusal NotAdmitted = new(503, "relay-not-admitted", "The relay does not know the broadcaster's identity yet: it waits for its admission.") { RetryAfter = 2 };
    public static readonly RelayRefusal UpstreamBusy = new(503, "upstream-busy", "Too much is being fetched upstream.") { RetryAfter = 1 };
    public static readonly RelayRefusal UpstreamFailed = new(502, "upstream-failed", "Upstream did not give it.");
    public static readonly RelayRefusal UpstreamSilent = new(504, "upstream-silent", "Upstream did not answer in time.");

    /// <summary>Seconds, sent as <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What upstream gave is not the broadcaster's.</summary>
    public static RelayRefusal Unverified(VerificationResult result) => new(StatusCodes.Status502BadGateway, result.Code, $"What upstream gave is not the broadcaster's ({result}), and was not passed on.");

    public Task SendAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return Results.Problem(
            detail: Detail,
            statusCode: Status,
            type: $"urn:liveledger:problem:{Code}",
            extensions: new Dictionary<string, object?> { ["code"] = Code }).ExecuteAsync(context);
    }
}
