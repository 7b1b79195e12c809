using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using LiveLedger.Server.Settings;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>Takes the API tokens of a configured OpenID Connect issuer and translates its roles into ours.</summary>
internal static class ExternalTokens
{
    /// <summary>Stands before an external account's name, so that it is never taken for one of ours.</summary>
    public const string AccountPrefix = "oidc:";

    // Signatures only: a shared-secret algorithm would take the issuer's public key for the secret.
    private static readonly HashSet<string> s_algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public static void Take(JwtBearerOptions options, ExternalIssuer issuer, TimeSpan skew)
    {
        options.MapNothing(new SignedOnlyHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 });
        options.Authority = issuer.Authority;
        options.RequireHttpsMetadata = !new Uri(issuer.Authority).IsLoopback;
        options.TokenValidationParameters = new()
        {
            ValidAudience = issuer.Audience,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = skew,
            NameClaimType = "sub",
            RoleClaimType = "role",
        };
        options.Events = Refusing.Events;
        options.Events.OnTokenValidated = context =>
        {
            if (Translate(context.Principal!, issuer) is { } translated)
            {
                context.Principal = translated;
            }
            else
            {
                context.Fail("the token names no account");
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>Exactly what we use of the token: the account and the roles that the configuration knows.</summary>
    private static ClaimsPrincipal? Translate(ClaimsPrincipal theirs, ExternalIssuer issuer)
    {
        if (theirs.FindFirst("sub")?.Value is not { Length: > 0 and <= 255 } account)
        {
            return null;
        }

        var identity = new ClaimsIdentity(Registration.ExternalScheme, "sub", "role");
        identity.AddClaim(new("sub", AccountPrefix + account));
        // One token, one role, as in our own; of several the first in the order broadcaster, auditor, operator.
        var roles = theirs.FindAll(issuer.RoleClaim).Select(c => issuer.Roles.GetValueOrDefault(c.Value)).ToHashSet();
        if (Roles.All.FirstOrDefault(roles.Contains) is { } role)
        {
            identity.AddClaim(new("role", role));
        }

        return new(identity);
    }

    private sealed class SignedOnlyHandler : JwtSecurityTokenHandler
    {
        public override ClaimsPrincipal ValidateToken(string token, TokenValidationParameters validationParameters, out SecurityToken validatedToken)
            => CanReadToken(token) && s_algorithms.Contains(ReadJwtToken(token).Header.Alg ?? "")
                ? base.ValidateToken(token, validationParameters, out validatedToken)
                : throw new SecurityTokenValidationException("not signed with an algorithm that is taken");
    }
}
