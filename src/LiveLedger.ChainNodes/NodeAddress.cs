using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;

namespace LiveLedger.ChainNodes;

/// <summary>
/// Where a node is asked. What opens it never shows: a user and password before the host (sent as Basic), a token alone (<c>https://:token@host/</c>, sent as
/// Bearer), and the path, in which providers put their keys.
/// </summary>
internal sealed class NodeAddress
{
    private const int MaxLength = 2048;

    private readonly string[] _secrets;

    private NodeAddress(Uri url, AuthenticationHeaderValue? authorization, string[] secrets) => (Url, Authorization, _secrets) = (url, authorization, secrets);

    /// <summary>Without user and password; its path may still be a secret.</summary>
    public Uri Url { get; }

    /// <summary>The header that opens it.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    /// <summary>What may be shown of it: scheme, host, port.</summary>
    public string Name => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>Reads an address of http or https.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NodeAddress? address)
    {
        address = null;
        if (text is null || text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            return false;
        }

        var (user, password) = url.UserInfo.Split(':', 2) is [var u, var p] ? (Uri.UnescapeDataString(u), Uri.UnescapeDataString(p)) : (Uri.UnescapeDataString(url.UserInfo), "");
        AuthenticationHeaderValue? authorization = (user, password) switch
        {
            ("", "") => null,
            ("", _) => new("Bearer", password),
            _ => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))),
        };
        address = new(
            new UriBuilder(url) { UserName = "", Password = "" }.Uri, authorization,
            [.. ((string?[])[url.UserInfo, user, password, authorization?.Parameter, url.Query.TrimStart('?'), .. url.AbsolutePath.Split('/')]).OfType<string>().Where(static s => s.Length >= 6)]);
        return true;
    }

    /// <summary>Words of the node, fit for a line of a log: printable, bounded, without what opens it.</summary>
    public string Printable(string? words)
    {
        var text = words ?? "";
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        }

        return new([.. text.Take(NodeError.MaxMessage).Select(static c => c is >= ' ' and <= '~' or '…' ? c : ' ')]);
    }

    /// <summary>As <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
