using LiveLedger.Licensing.KeyServers;

namespace LiveLedger.Server.Settings;

/// <summary>The key server that content keys come from, as the command line names it.</summary>
internal static class KeyServerSettings
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static KeyServerOptions? Read(string? url, string? headers, string? contentId)
    {
        if (url is null)
        {
            return headers is null && contentId is null ? null
                : throw new StartFailure("settings-invalid", "--key-server-headers and --key-server-content-id say nothing without --key-server");
        }

        // Not repeated in the refusal: a password may be in it.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.UserInfo.Length > 0
            || parsed.Scheme != Uri.UriSchemeHttps && !(parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback))
        {
            throw new StartFailure("settings-invalid", "--key-server is not an https address without a password in it (or http to this machine); keys and credentials pass there");
        }

        if (headers is not null && !OperatingSystem.IsWindows() && (!File.Exists(headers) || (File.GetUnixFileMode(headers) & Others) != 0))
        {
            throw new StartFailure("settings-invalid", $"--key-server-headers: {headers} is no file, or others than its owner may open it; chmod 600");
        }

        return contentId is null ? new() { Url = parsed, HeadersFile = headers } : new() { Url = parsed, HeadersFile = headers, ContentId = contentId };
    }
}
