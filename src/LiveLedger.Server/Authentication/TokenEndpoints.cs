using LiveLedger.Cryptography.Jose;
using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Server.Authentication;

/// <summary><c>POST /v1/tokens</c> and <c>/.well-known/jwks.json</c>.</summary>
internal static class TokenEndpoints
{
    private const int LongestAccount = 128;

    private static readonly Refusal s_subject = new(400, "subject-invalid", $"A subject has 1 to {LongestAccount} of A–Z a–z 0–9 . _ @ - and begins with a letter or digit.");
    private static readonly Refusal s_role = new(400, "role-unknown", "The role is broadcaster, auditor or operator.");
    private static readonly Refusal s_lifetime = new(400, "lifetime-invalid", $"lifetimeSeconds is 1 to {(long)TokenKind.Api.LongestLife.TotalSeconds}.");

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/.well-known/jwks.json", static (TokenIssuer issuer, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=300";
            return Results.Text(Jwk.ToSetJson([issuer.PublicKey]), "application/jwk-set+json");
        }).WithName("readKeys").WithTags("tokens");

        routes.MapPost("/v1/tokens", static (IssueTokenRequest body, TokenIssuer issuer, HttpContext context) => Issue(body, issuer, context))
            .RequireAuthorization(Registration.OperatorPolicy).WithName("issueToken").WithTags("tokens")
            .Produces<IssuedTokenView>(201);
    }

    private static IResult Issue(IssueTokenRequest body, TokenIssuer issuer, HttpContext context)
    {
        if (!IsAccount(body.Subject))
        {
            return s_subject.ToResult();
        }

        if (body.Role is null || !Roles.All.Contains(body.Role))
        {
            return s_role.ToResult();
        }

        if (body.LifetimeSeconds is not { } seconds || seconds < 1 || seconds > TokenKind.Api.LongestLife.TotalSeconds)
        {
            return s_lifetime.ToResult();
        }

        var token = issuer.ForApi(body.Subject!, body.Role, TimeSpan.FromSeconds(seconds));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new IssuedTokenView(token.Text, token.ExpiresAt), statusCode: 201);
    }

    // No colon: names with a prefix belong to other issuers.
    private static bool IsAccount(string? name) => name is { Length: > 0 and <= LongestAccount } && char.IsAsciiLetterOrDigit(name[0])
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-');
}

/// <summary>What an operator asks for.</summary>
/// <param name="Subject">The account.</param>
/// <param name="Role">broadcaster, auditor or operator.</param>
/// <param name="LifetimeSeconds">For how long.</param>
internal sealed record IssueTokenRequest(string? Subject, string? Role, long? LifetimeSeconds);

/// <summary>The answer.</summary>
internal sealed record IssuedTokenView(string Token, DateTimeOffset ExpiresAt);
