using LiveLedger.Ledger.Refusals;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>Answers of the token schemes: a named problem instead of an empty 401 or 403.</summary>
internal static class Refusing
{
    private static readonly Refusal s_missing = new(401, "token-missing", "This needs a token: Authorization: Bearer ….");
    private static readonly Refusal s_expired = new(401, "token-expired", "The token is past its end; get a new one.");
    private static readonly Refusal s_invalid = new(401, "token-invalid", "The token is not one for this address.");
    private static readonly Refusal s_role = new(403, "role-missing", "The token's role does not allow this.");

    public static JwtBearerEvents Events => new()
    {
        OnChallenge = context =>
        {
            context.HandleResponse();
            var refusal = context.AuthenticateFailure switch
            {
                null => s_missing,
                SecurityTokenExpiredException => s_expired,
                _ => s_invalid,
            };
            // RFC 6750 §3: no error code when no token came at all.
            context.Response.Headers.WWWAuthenticate = refusal == s_missing ? "Bearer" : "Bearer error=\"invalid_token\"";
            return refusal.ToResult().ExecuteAsync(context.HttpContext);
        },
        OnForbidden = context => s_role.ToResult().ExecuteAsync(context.HttpContext),
    };
}
