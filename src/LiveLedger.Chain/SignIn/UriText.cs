using System.Buffers;

namespace LiveLedger.Chain.SignIn;

/// <summary>The parts of RFC 3986 that sign-in messages are made of. What is not of its grammar is refused, not mended.</summary>
internal static class UriText
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string SubDelims = "!$&'()*+,;=";

    private static readonly SearchValues<char> s_scheme = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    private static readonly SearchValues<char> s_statement = SearchValues.Create(Unreserved + SubDelims + ":/?#[]@ ");
    private static readonly SearchValues<char> s_name = SearchValues.Create(Unreserved + SubDelims);
    private static readonly SearchValues<char> s_userInfo = SearchValues.Create(Unreserved + SubDelims + ":");
    private static readonly SearchValues<char> s_segment = SearchValues.Create(Unreserved + SubDelims + ":@");
    private static readonly SearchValues<char> s_path = SearchValues.Create(Unreserved + SubDelims + ":@/");
    private static readonly SearchValues<char> s_query = SearchValues.Create(Unreserved + SubDelims + ":@/?");
    private static readonly SearchValues<char> s_address = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>ERC-4361's statement: reserved, unreserved and spaces.</summary>
    public static bool IsStatement(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(s_statement);

    /// <summary>§3.1</summary>
    public static bool IsScheme(ReadOnlySpan<char> text) => !text.IsEmpty && char.IsAsciiLetter(text[0]) && !text.ContainsAnyExcept(s_scheme);

    /// <summary>§3.3, any number of them.</summary>
    public static bool IsSegment(ReadOnlySpan<char> text) => IsOf(text, s_segment);

    /// <summary>§3.2; a host is there.</summary>
    public static bool IsAuthority(ReadOnlySpan<char> text)
    {
        if (text.IndexOf('@') is >= 0 and var at)
        {
            if (!IsOf(text[..at], s_userInfo))
            {
                return false;
            }

            text = text[(at + 1)..];
        }

        ReadOnlySpan<char> port;
        if (text.StartsWith("["))
        {
            // §3.2.2: an address of IPv6. Addresses of versions to come, nobody has.
            var end = text.IndexOf(']');
            if (end < 3 || text[1..end].ContainsAnyExcept(s_address) || !text[1..end].Contains(':'))
            {
                return false;
            }

            port = text[(end + 1)..];
        }
        else
        {
            var end = text.IndexOf(':') is >= 0 and var colon ? colon : text.Length;
            if (end == 0 || !IsOf(text[..end], s_name))
            {
                return false;
            }

            port = text[end..];
        }

        return port.IsEmpty || (port[0] == ':' && !port[1..].ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>§3: with a scheme.</summary>
    public static bool IsUri(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0 || !IsScheme(text[..colon]))
        {
            return false;
        }

        text = text[(colon + 1)..];
        if (text.IndexOf('#') is >= 0 and var hash)
        {
            if (!IsOf(text[(hash + 1)..], s_query))
            {
                return false;
            }

            text = text[..hash];
        }

        if (text.IndexOf('?') is >= 0 and var mark)
        {
            if (!IsOf(text[(mark + 1)..], s_query))
            {
                return false;
            }

            text = text[..mark];
        }

        if (!text.StartsWith("//"))
        {
            return IsOf(text, s_path);
        }

        var authority = text[2..];
        var slash = authority.IndexOf('/');
        return slash < 0 ? IsAuthorityOrNone(authority) : IsAuthorityOrNone(authority[..slash]) && IsOf(authority[slash..], s_path);
    }

    // file:///path
    private static bool IsAuthorityOrNone(ReadOnlySpan<char> text) => text.IsEmpty || IsAuthority(text);

    // Characters of a set, and others by % and two hexadecimal digits (§2.1).
    private static bool IsOf(ReadOnlySpan<char> text, SearchValues<char> allowed)
    {
        while (text.IndexOfAnyExcept(allowed) is >= 0 and var at)
        {
            if (text[at] != '%' || text.Length < at + 3 || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return false;
            }

            text = text[(at + 3)..];
        }

        return true;
    }
}
