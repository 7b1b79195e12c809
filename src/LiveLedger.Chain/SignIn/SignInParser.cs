using System.Globalization;

namespace LiveLedger.Chain.SignIn;

/// <summary>Reads a sign-in message line by line, by the grammar of ERC-4361 ("ABNF Message Format").</summary>
internal sealed class SignInParser
{
    private readonly string[] _lines;
    private int _next;

    private SignInParser(string text) => _lines = text.Split('\n');

    public static SignInMessage? Read(string text) => new SignInParser(text).Read();

    private SignInMessage? Read()
    {
        if (!TryReadHeader(out var scheme, out var domain) || !TryReadAddress(out var address) || !TryReadStatement(out var statement)
            || !TryTake("URI: ", out var uri) || !UriText.IsUri(uri)
            || !TryTake("Version: ", out var version) || version != "1"
            || !TryTake("Chain ID: ", out var chain) || !TryReadChain(chain, out var chainId)
            || !TryTake("Nonce: ", out var nonce) || nonce.Length is < SignInMessage.MinNonce or > SignInMessage.MaxNonce || !nonce.All(char.IsAsciiLetterOrDigit)
            || !TryTake("Issued At: ", out var issued) || !SignInTime.TryRead(issued, out var issuedAt)
            || !TryReadTime("Expiration Time: ", out var expiration) || !TryReadTime("Not Before: ", out var notBefore)
            || (TryTake("Request ID: ", out var requestId) && !UriText.IsSegment(requestId))
            || !TryReadResources(out var resources) || _next != _lines.Length)
        {
            return null;
        }

        return new()
        {
            Scheme = scheme,
            Domain = domain,
            Address = address,
            Statement = statement,
            Uri = uri,
            Chain = chainId,
            Nonce = nonce,
            IssuedAt = issuedAt,
            ExpirationTime = expiration,
            NotBefore = notBefore,
            RequestId = requestId,
            Resources = resources,
        };
    }

    // A line that begins so, without its beginning.
    private bool TryTake(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
    {
        value = _next < _lines.Length && _lines[_next].StartsWith(name, StringComparison.Ordinal) ? _lines[_next++][name.Length..] : null;
        return value is not null;
    }

    private bool TryTakeEmpty()
    {
        var isEmpty = _next < _lines.Length && _lines[_next].Length == 0;
        _next += isEmpty ? 1 : 0;
        return isEmpty;
    }

    private bool TryReadHeader(out string? scheme, out string domain)
    {
        (scheme, domain) = (null, "");
        var line = _lines[_next++];
        if (!line.EndsWith(SignInMessage.Wants, StringComparison.Ordinal))
        {
            return false;
        }

        domain = line[..^SignInMessage.Wants.Length];
        var at = domain.IndexOf("://", StringComparison.Ordinal);
        if (at >= 0)
        {
            (scheme, domain) = (domain[..at], domain[(at + 3)..]);
        }

        return (scheme is null || UriText.IsScheme(scheme)) && UriText.IsAuthority(domain);
    }

    // "Must also conform to capitalization checksum encoding specified in EIP-55."
    private bool TryReadAddress(out Address address)
    {
        address = default;
        return _next < _lines.Length && Address.TryParse(_lines[_next], out address) && address.ToChecksumText() == _lines[_next++];
    }

    private bool TryReadStatement(out string? statement)
    {
        statement = null;
        if (!TryTakeEmpty())
        {
            return false;
        }

        if (TryTakeEmpty())
        {
            return true;
        }

        if (_next == _lines.Length || !UriText.IsStatement(_lines[_next]))
        {
            return false;
        }

        statement = _lines[_next++];
        return TryTakeEmpty();
    }

    private static bool TryReadChain(string text, out ChainId chain)
    {
        var read = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && (text.Length == 1 || text[0] != '0');
        chain = new(value);
        return read;
    }

    private bool TryReadTime(string name, out DateTimeOffset? time)
    {
        time = null;
        if (!TryTake(name, out var text))
        {
            return true;
        }

        var read = SignInTime.TryRead(text, out var value);
        time = value;
        return read;
    }

    private bool TryReadResources(out IReadOnlyList<string>? resources)
    {
        resources = null;
        if (!TryTake("Resources:", out var rest))
        {
            return true;
        }

        var read = new List<string>();
        while (TryTake("- ", out var resource))
        {
            if (read.Count == SignInMessage.MaxResources || !UriText.IsUri(resource))
            {
                return false;
            }

            read.Add(resource);
        }

        resources = read;
        return rest.Length == 0;
    }
}
