using System.IdentityModel.Tokens.Jwt;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Server.Settings;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Logging;

namespace LiveLedger.Server.Authentication;

/// <summary>Who may call what: API tokens (ours or an external issuer's) with a role, viewer tokens for licences.</summary>
internal static class Registration
{
    public const string ApiScheme = "api";
    public const string ViewerScheme = "viewer";
    public const string RelayScheme = "relay";
    public const string ExternalScheme = "external";

    // Looks which of the two a token is of, so that one in the wrong place is known and refused for what it is.
    private const string PeerScheme = "peer";

    /// <summary>Any API token.</summary>
    public const string ApiPolicy = "api";

    /// <summary>An operator's API token.</summary>
    public const string OperatorPolicy = "operator";

    /// <summary>A viewer token.</summary>
    public const string ViewerPolicy = "viewer";

    /// <summary>A relay's token.</summary>
    public const string RelayPolicy = "relay";

    /// <summary>A viewer's or a relay's token.</summary>
    public const string PeerPolicy = "peer";

    private const string Bearer = "Bearer ";

    /// <summary>Clocks of issuer and server may differ by this much.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(30);

    public static void AddTokens(this WebApplicationBuilder builder, TokenIssuer issuer, ServerSettings settings)
    {
        // Otherwise IdentityModel writes whole tokens into its messages, and those end in log lines.
        IdentityModelEventSource.ShowPII = false;

        builder.Services.AddSingleton(issuer);
        // No default scheme: each policy names its own. With one, a viewer's token would be tried as an API token first, for each licence.
        var authentication = builder.Services.AddAuthentication()
            .AddPolicyScheme(PeerScheme, null, static o => o.ForwardDefaultSelector = static context => IsOf(TokenKind.Relay, context.Request) ? RelayScheme : ViewerScheme)
            .AddJwtBearer(ViewerScheme, o => TakeOurs(o, TokenKind.Viewer, issuer))
            .AddJwtBearer(RelayScheme, o => TakeOurs(o, TokenKind.Relay, issuer));
        if (settings.External is { } external)
        {
            authentication
                .AddPolicyScheme(ApiScheme, null, o => o.ForwardDefaultSelector = context => IsOurs(context.Request) ? "own" : ExternalScheme)
                .AddJwtBearer("own", o => TakeOurs(o, TokenKind.Api, issuer))
                .AddJwtBearer(ExternalScheme, o => ExternalTokens.Take(o, external, s_skew));
        }
        else
        {
            authentication.AddJwtBearer(ApiScheme, o => TakeOurs(o, TokenKind.Api, issuer));
        }

        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(ApiPolicy, p => p.AddAuthenticationSchemes(ApiScheme).RequireAuthenticatedUser().RequireClaim("role", Roles.All))
            .AddPolicy(OperatorPolicy, p => p.AddAuthenticationSchemes(ApiScheme).RequireClaim("role", Roles.Operator))
            // A relay's token is known here, and is not enough: 403, not 401.
            .AddPolicy(ViewerPolicy, p => p.AddAuthenticationSchemes(PeerScheme).RequireClaim("aud", TokenKind.Viewer.Audience).RequireClaim("sub").RequireClaim("jti").RequireClaim("broadcast"))
            .AddPolicy(RelayPolicy, p => p.AddAuthenticationSchemes(PeerScheme).RequireClaim("aud", TokenKind.Relay.Audience))
            .AddPolicy(PeerPolicy, p => p.AddAuthenticationSchemes(PeerScheme).RequireAuthenticatedUser().RequireClaim("sub").RequireClaim("jti"));
    }

    private static void TakeOurs(JwtBearerOptions options, TokenKind kind, TokenIssuer issuer)
    {
        options.MapNothing(new OwnTokenHandler(kind));
        options.TokenValidationParameters = new()
        {
            ValidIssuer = issuer.Name,
            ValidAudience = kind.Audience,
            IssuerSigningKey = new EdDsaSecurityKey(issuer.PublicKey),
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = s_skew,
            NameClaimType = "sub",
            RoleClaimType = "role",
        };
        options.Events = Refusing.Events;
    }

    /// <summary>Sets the one handler of a scheme.</summary>
    internal static void MapNothing(this JwtBearerOptions options, JwtSecurityTokenHandler handler)
    {
        options.SecurityTokenValidators.Clear();
        options.SecurityTokenValidators.Add(handler);
        options.IncludeErrorDetails = false;
        options.SaveToken = false;
    }

    // A look at unverified text that only chooses who verifies it: our typ is ours, everything else the external issuer's.
    private static bool IsOurs(HttpRequest request) => !request.Headers.Authorization.ToString().StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || IsOf(TokenKind.Api, request);

    // As above: a look at what nobody has verified, which chooses who does.
    private static bool IsOf(TokenKind kind, HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && JwsCompact.IsOf(header.AsSpan(Bearer.Length).Trim(), kind.Typ);
    }
}
