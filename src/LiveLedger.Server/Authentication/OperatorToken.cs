using System.IdentityModel.Tokens.Jwt;
using LiveLedger.Server.Settings;
using Microsoft.IdentityModel.Tokens;

namespace LiveLedger.Server.Authentication;

/// <summary>The first token of a server, in a file that only its owner can read: whoever can read it runs this server anyway.</summary>
internal static partial class OperatorToken
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_renewBefore = TimeSpan.FromDays(30);

    /// <summary>Writes a token if there is none, or none that this issuer would still take for long.</summary>
    public static void Ensure(DataFolder data, TokenIssuer issuer, TimeProvider time, ILogger logger)
    {
        var path = data.OperatorToken;
        if (File.Exists(path) && IsGood(File.ReadAllText(path).Trim(), issuer, time))
        {
            return;
        }

        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        using (var text = new StreamWriter(file))
        {
            text.WriteLine(issuer.ForApi("operator", Roles.Operator, s_lifetime).Text);
            text.Flush();
            file.Flush(flushToDisk: true);
        }

        // A crash before this line leaves no token; the next start writes one.
        File.Move(draft, path, overwrite: true);
        Written(logger, path);
    }

    private static bool IsGood(string token, TokenIssuer issuer, TimeProvider time)
    {
        try
        {
            new OwnTokenHandler(TokenKind.Api).ValidateToken(
                token,
                new()
                {
                    ValidIssuer = issuer.Name,
                    ValidAudience = TokenKind.Api.Audience,
                    IssuerSigningKey = new EdDsaSecurityKey(issuer.PublicKey),
                },
                out var read);
            return ((JwtSecurityToken)read).ValidTo > time.GetUtcNow().UtcDateTime + s_renewBefore;
        }
        catch (Exception e) when (e is SecurityTokenException or ArgumentException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "an operator token is in {Path}")]
    private static partial void Written(ILogger logger, string path);
}
