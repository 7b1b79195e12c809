using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Server.Errors;

/// <summary>The outermost layer: whatever comes out below becomes a named problem (RFC 9457), and nothing of the inside shows.</summary>
internal static partial class ProblemEdge
{
    private static readonly Refusal s_internal = new(500, "internal-error", "The server failed at this request; its log says how.");

    public static void UseProblems(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
                if (Unsaid(context) is { } refusal)
                {
                    await refusal.ToResult().ExecuteAsync(context);
                }
            }
            catch (Exception e) when (!context.Response.HasStarted && Named(e, context, app.Logger) is { } refusal)
            {
                Clear(context.Response);
                await refusal.ToResult().ExecuteAsync(context);
            }
        });
    }

    private static Refusal? Named(Exception exception, HttpContext context, ILogger logger)
    {
        switch (exception)
        {
            case RefusedException refused:
                return refused.Refusal;
            case BadHttpRequestException { StatusCode: 413 }:
                return new(413, "body-too-large", "The body is larger than this address takes.");
            case BadHttpRequestException { StatusCode: 415 }:
                return new(415, "media-type-unsupported", "The body is not of a media type this address takes.");
            case BadHttpRequestException { StatusCode: 408 }:
                return new(408, "body-too-slow", "The body came too slowly.");
            case BadHttpRequestException:
                return new(400, "request-malformed", "The request cannot be read: its body or a parameter is not of the documented form.");
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                // Nobody is listening any more; nothing is wrong here.
                return new(499, "client-gone", "The client went away.");
            default:
                Failed(logger, context.Request.Method, context.Request.Path, exception);
                return s_internal;
        }
    }

    /// <summary>An error status that nobody has put into words: what routing and Kestrel answer on their own.</summary>
    private static Refusal? Unsaid(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentType is not null || response.ContentLength > 0)
        {
            return null;
        }

        return response.StatusCode switch
        {
            400 => new(400, "request-malformed", "The request cannot be read: its body or a parameter is not of the documented form."),
            401 => new(401, "token-missing", "This needs a token: Authorization: Bearer …."),
            403 => new(403, "role-missing", "The token does not allow this."),
            404 => new(404, "not-found", "There is nothing at this address."),
            405 => new(405, "method-not-allowed", "This address does not take that method."),
            413 => new(413, "body-too-large", "The body is larger than this address takes."),
            415 => new(415, "media-type-unsupported", "The body is not of a media type this address takes."),
            416 => null,
            var status => new(status, status >= 500 ? "internal-error" : "request-refused", "The request was refused."),
        };
    }

    private static void Clear(HttpResponse response)
    {
        // Headers that CORS has set stay, or a browser would hide the problem from its page.
        foreach (var name in (string[])["Content-Length", "Content-Type", "Content-Range", "ETag", "Cache-Control", "Content-Encoding"])
        {
            response.Headers.Remove(name);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void Failed(ILogger logger, string method, PathString path, Exception exception);
}
