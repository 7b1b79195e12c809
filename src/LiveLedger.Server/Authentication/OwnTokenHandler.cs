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
    // One handler serves one scheme, whose key, issuer and audience never change: what was good by them stays so.
    private readonly KnownTokens _known = new();
    private readonly TokenKind _kind;

    public OwnTokenHandler(TokenKind kind)
    {
        _kind = kind;
        // Claims keep the names they have in the token.
        MapInboundClaims = false;
        MaximumTokenSizeInBytes = JwsCompact.MaxLength;
    }

    public override ClaimsPrincipal ValidateToken(string token, TokenValidationParameters validationParameters, out SecurityToken validatedToken)
    {
        if (token.Length > JwsCompact.MaxLength)
        {
            throw Unfit();
        }

        var name = KnownTokens.NameOf(token);
        if (_known.Find(name) is { } known)
        {
            Validators.ValidateLifetime(known.NotBefore, known.ValidTo, known, validationParameters);
            validatedToken = known;
            return new(known.Identity);
        }

        if (!JwsCompact.TryParse(token, _kind.Typ, out _))
        {
            throw Unfit();
        }

        var principal = base.ValidateToken(token, validationParameters, out validatedToken);
        if (principal.Identity is ClaimsIdentity identity && validatedToken is JwtSecurityToken { Payload: { Exp: not null } payload })
        {
            _known.Add(name, new(identity, payload.Nbf is null ? null : payload.ValidFrom, payload.ValidTo));
        }

        return principal;
    }

    private SecurityTokenValidationException Unfit() => new($"not a {_kind.Typ} in our profile of JWS");
}
