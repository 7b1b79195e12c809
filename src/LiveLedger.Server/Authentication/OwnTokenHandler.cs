using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using LiveLedger.Cryptography.Jose;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>
/// IdentityModel's validation behind our own strict reader. 5.7.2 can pin neither algorithm nor <c>typ</c>, so the
/// header is read first by <see cref="JwsCompact"/>, which knows EdDSA only and no optional parameter.
/// </summary>
internal sealed class OwnTokenHandler : JwtSecurityTokenHandler
{
    private readonly TokenKind _kind;

    public OwnTokenHandler(TokenKind kind)
    {
        _kind = kind;
        // Claims keep the names they have in the token.
        MapInboundClaims = false;
        MaximumTokenSizeInBytes = JwsCompact.MaxLength;
    }

    public override ClaimsPrincipal ValidateToken(string token, TokenValidationParameters validationParameters, out SecurityToken validatedToken)
        => JwsCompact.TryParse(token, _kind.Typ, out _)
            ? base.ValidateToken(token, validationParameters, out validatedToken)
            : throw new SecurityTokenValidationException($"not a {_kind.Typ} in our profile of JWS");
}
