using Microsoft.AspNetCore.Http;

namespace LiveLedger.Ledger.Refusals;

/// <summary>
/// A named "no" to one request: nothing is lost, nothing halts. Becomes problem+json (RFC 9457) whose <c>type</c> is
/// <c>urn:liveledger:problem:{Code}</c>; the code is stable and documented, the detail is for people.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable kebab-case code, e.g. <c>segment-before-init</c>.</param>
/// <param name="Detail">One sentence: what was wrong and the way out.</param>
public sealed record Refusal(int Status, string Code, string Detail)
{
    /// <summary>If set, sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answer to send.</summary>
    public IResult ToResult() => new RefusalResult(this);

    private sealed class RefusalResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext context)
        {
            if (refusal.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            }

            return Results.Problem(
                detail: refusal.Detail,
                statusCode: refusal.Status,
                type: $"urn:liveledger:problem:{refusal.Code}",
                extensions: new Dictionary<string, object?> { ["code"] = refusal.Code }).ExecuteAsync(context);
        }
    }
}

/// <summary>Carries a <see cref="Refusal"/> out of depths where returning it would bend every signature; the server's edge turns it into the answer.</summary>
public class RefusedException(Refusal refusal, Exception? inner = null) : Exception(refusal.Detail, inner)
{
    /// <summary>The refusal.</summary>
    public Refusal Refusal { get; } = refusal;
}
