using System.Globalization;
using System.Text.Json;
using LiveLedger.Swarm;

namespace LiveLedger.Server.Settings;

/// <summary>What peers are told so that they find one another: our STUN, and an operator's TURN.</summary>
internal static class IceSettings
{
    private const int MaxServers = 8;
    private const int MaxFile = 64 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The port of our STUN; null for none.</summary>
    /// <param name="stun">A port, <c>off</c>, or null for the port number that we listen on by HTTP: UDP has its own.</param>
    /// <param name="urls">Where we listen.</param>
    public static int? StunPort(string? stun, string? urls)
    {
        switch (stun)
        {
            case "off":
                return null;
            case null:
                // 0 is whichever is free, and differs for the two.
                var first = (urls ?? "http://127.0.0.1:8080").Split(';')[0];
                return Microsoft.AspNetCore.Http.BindingAddress.Parse(first).Port is > 0 and var port ? port : null;
            default:
                return int.TryParse(stun, NumberStyles.None, CultureInfo.InvariantCulture, out var named) && named is > 0 and < 65_536
                    ? named
                    : throw new StartFailure("settings-invalid", $"--stun: '{stun}' is not a port or off");
        }
    }

    /// <summary>The servers in an operator's file; none without one.</summary>
    public static IReadOnlyList<IceServer> ReadTurn(string? path)
    {
        if (path is null)
        {
            return [];
        }

        try
        {
            using var file = File.OpenRead(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
            {
                throw new StartFailure("settings-invalid", $"--turn: {path} holds credentials and can be read by others than its owner; chmod 600 {path}");
            }

            if (file.Length > MaxFile)
            {
                throw new StartFailure("settings-invalid", $"--turn: {path} is too large");
            }

            var servers = JsonSerializer.Deserialize<List<IceServer>>(file, s_json);
            return servers is { Count: <= MaxServers } && servers.All(static s => s is { Urls: { Count: > 0 and <= MaxServers } urls } && urls.All(IsIce))
                ? servers
                : throw new StartFailure("settings-invalid", $"--turn: {path} is not a list of at most {MaxServers} servers, each with urls of stun:, turn: or turns:");
        }
        catch (JsonException)
        {
            // Never repeated in the refusal: it holds a password.
            throw new StartFailure("settings-invalid", $"--turn: {path} is not JSON of the form [{{\"urls\":[\"turn:turn.example:3478\"],\"username\":\"…\",\"credential\":\"…\"}}]");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure("settings-invalid", $"--turn: {e.Message}");
        }
    }

    private static bool IsIce(string? url) => url is { Length: <= 512 } && (url.StartsWith("stun:", StringComparison.Ordinal) || url.StartsWith("turn:", StringComparison.Ordinal) || url.StartsWith("turns:", StringComparison.Ordinal));
}
