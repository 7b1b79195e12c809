using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LiveLedger.Chain.SignIn;

/// <summary>What a wallet shows and signs to say who it is (ERC-4361, "Sign-In with Ethereum"; docs/formats/wallet-sign-in.md).</summary>
public sealed record SignInMessage
{
    /// <summary>The longest message in bytes.</summary>
    public const int MaxLength = 4096;

    /// <summary>The most resources.</summary>
    public const int MaxResources = 32;

    /// <summary>The shortest nonce.</summary>
    public const int MinNonce = 8;

    /// <summary>The longest nonce.</summary>
    public const int MaxNonce = 128;

    internal const string Wants = " wants you to sign in with your Ethereum account:";

    /// <summary>Of the page that asked; most say none.</summary>
    public string? Scheme { get; init; }

    /// <summary>Who asked: host, and port if it is not the scheme's.</summary>
    public required string Domain { get; init; }

    /// <summary>Who signs.</summary>
    public required Address Address { get; init; }

    /// <summary>What the person is told.</summary>
    public string? Statement { get; init; }

    /// <summary>What the sign-in is for.</summary>
    public required string Uri { get; init; }

    /// <summary>Where the account is; for an account with a key alone it changes nothing.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>Given once by who asked.</summary>
    public required string Nonce { get; init; }

    /// <summary>When the message was made, by the clock of who made it.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it is worth nothing.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    /// <summary>Until when it is not worth anything yet.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>A name for this request; may be empty.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the person agrees to have seen; null if there is no such list, which may be empty.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>Reads a message, all of it. Signed are these bytes, not what is read from them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SignInMessage? message)
    {
        message = utf8.Length is 0 or > MaxLength || !Ascii.IsValid(utf8) ? null : SignInParser.Read(Encoding.ASCII.GetString(utf8));
        return message is not null;
    }

    /// <summary>Writes the message for a wallet; false if a field would make it another message, or none.</summary>
    public bool TryFormat([NotNullWhen(true)] out string? text)
    {
        var written = Format();
        var isRead = TryParse(Encoding.UTF8.GetBytes(written), out var read) && read.Format() == written
            && (read.Scheme, read.Domain, read.Statement, read.Uri, read.Nonce, read.RequestId) == (Scheme, Domain, Statement, Uri, Nonce, RequestId)
            && (read.Resources ?? []).SequenceEqual(Resources ?? []);
        text = isRead ? written : null;
        return isRead;
    }

    private string Format()
    {
        var text = new StringBuilder();
        text.Append(Scheme is null ? "" : $"{Scheme}://").Append(Domain).Append(Wants).Append('\n').Append(Address.ToChecksumText()).Append("\n\n");
        text.Append(Statement is null ? "" : $"{Statement}\n").Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"URI: {Uri}\nVersion: 1\nChain ID: {Chain}\nNonce: {Nonce}\nIssued At: {SignInTime.Write(IssuedAt)}");
        text.Append(ExpirationTime is { } expiration ? $"\nExpiration Time: {SignInTime.Write(expiration)}" : "");
        text.Append(NotBefore is { } notBefore ? $"\nNot Before: {SignInTime.Write(notBefore)}" : "");
        text.Append(RequestId is null ? "" : $"\nRequest ID: {RequestId}");
        if (Resources is not null)
        {
            text.Append("\nResources:").AppendJoin("", Resources.Select(static r => $"\n- {r}"));
        }

        return text.ToString();
    }
}
