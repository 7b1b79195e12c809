using System.CommandLine;
using System.Globalization;
using System.Net;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Server.Settings;

/// <summary>The server's options; each has an environment variable, which the command line overrules.</summary>
internal static class CommandLine
{
    /// <summary>Runs <paramref name="serve"/> with the settings; says a <see cref="StartFailure"/> in one line.</summary>
    public static async Task<int> RunAsync(string[] args, Func<ServerSettings, Task> serve)
    {
        var root = new RootCommand("LiveLedger server");
        var database = root.Option("--database", "LIVELEDGER_DATABASE", "Connection string of an existing PostgreSQL (>= 15). Default: an embedded one.");
        var data = root.Option("--data", "LIVELEDGER_DATA", "Folder of keys, recordings and the embedded database.");
        var join = root.Option("--join", "LIVELEDGER_JOIN", "Data folder of another server of this platform, to share its keys, log and recordings. Needs --database.");
        var urls = root.Option("--urls", "LIVELEDGER_URLS", "Addresses to listen on. Default: http://127.0.0.1:8080");
        var publicUrl = root.Option("--public-url", "LIVELEDGER_PUBLIC_URL", "The address the outside reaches this server by.");
        var issuer = root.Option("--issuer", "LIVELEDGER_ISSUER", "The iss of our tokens. Default: the public URL.");
        var origin = root.Option("--log-origin", "LIVELEDGER_LOG_ORIGIN", "Name of the log in checkpoints. Default: made from its key.");
        var witnesses = root.Option("--witnesses", "LIVELEDGER_WITNESSES", "File of the log's witnesses, their addresses and the quorum (tlog-policy). Default: none.");
        var rabbit = root.Option("--rabbitmq", "LIVELEDGER_RABBITMQ", "RabbitMQ for messages, amqp://user:password@host:port/vhost. Default: none.");
        var window = root.Option("--live-window", "LIVELEDGER_LIVE_WINDOW", "How far back live manifests reach, in seconds, 10 to 86400. Default: 60");
        var drm = root.Option("--drm", "LIVELEDGER_DRM", "DRMs that manifests name beside ClearKey: widevine,playready,fairplay. Default: none.");
        var keyServer = root.Option("--key-server", "LIVELEDGER_KEY_SERVER", "A SPEKE 2.0 key server that new broadcasts take their content keys from. Default: none.");
        var keyServerHeaders = root.Option("--key-server-headers", "LIVELEDGER_KEY_SERVER_HEADERS", "File of headers for it, name: value; its owner's only.");
        var keyServerContent = root.Option("--key-server-content-id", "LIVELEDGER_KEY_SERVER_CONTENT_ID", "What it calls a broadcast. Default: {broadcast}, our id.");
        var webhooks = root.Option("--private-webhooks", "LIVELEDGER_PRIVATE_WEBHOOKS", "yes: webhooks may go to this machine and private networks, and without TLS. Default: no");
        var player = root.Option("--player", "LIVELEDGER_PLAYER", "Folder of the built player page.");
        var regions = root.Option("--regions", "LIVELEDGER_REGIONS", "File of regions: a table of networks, or a MaxMind DB. Default: none.");
        var proxies = root.Option("--trusted-proxies", "LIVELEDGER_TRUSTED_PROXIES", "Networks of proxies whose X-Forwarded-For is believed: 10.0.0.0/8,::1/128. Default: none.");
        var ownUrl = root.Option("--own-url", "LIVELEDGER_OWN_URL", "The address of this one of several servers that share a platform: peers of a broadcast meet at one of them. Default: none; there is one.");
        var otlp = root.Option("--otlp", "LIVELEDGER_OTLP", "An OpenTelemetry collector that metrics go to by HTTP, http://127.0.0.1:4318. Default: none.");
        var mesh = root.Option("--mesh-from", "LIVELEDGER_MESH_FROM", "Fewer viewers of a broadcast than this are not introduced to one another, 2 to 1000. Default: 3");
        var stun = root.Option("--stun", "LIVELEDGER_STUN", "UDP port on which peers are told their own address, or off. Default: the number of the first port of --urls.");
        var turn = root.Option("--turn", "LIVELEDGER_TURN", "File of TURN servers as browsers take them, [{\"urls\":[…],\"username\":…,\"credential\":…}]; its owner's only. Default: none.");
        var chain = root.Option("--chain", "LIVELEDGER_CHAIN", "File of a chain that ownership, tickets and checkpoints are anchored on, as `liveledger chain deploy` writes it. Default: none.");
        var authority = root.Option("--oidc-authority", "LIVELEDGER_OIDC_AUTHORITY", "An OpenID Connect issuer whose tokens are taken too.");
        var audience = root.Option("--oidc-audience", "LIVELEDGER_OIDC_AUDIENCE", "The aud of that issuer's tokens for us.");
        var roleClaim = root.Option("--oidc-role-claim", "LIVELEDGER_OIDC_ROLE_CLAIM", "The claim with the role. Default: role");
        var roles = root.Option("--oidc-roles", "LIVELEDGER_OIDC_ROLES", "Its values and ours: crew=broadcaster,finance=auditor. Default: the same names.");

        root.SetAction(async (parsed, _) =>
        {
            try
            {
                await serve(new ServerSettings
                {
                    Database = parsed.GetValue(database),
                    Data = Path.GetFullPath(parsed.GetValue(data) ?? Path.Combine(ServerSettings.Home, "data")),
                    Join = Joined(parsed.GetValue(join), parsed.GetValue(database)),
                    Urls = ListenUrls(parsed.GetValue(urls) ?? "http://127.0.0.1:8080"),
                    PublicUrl = HttpUrl("--public-url", parsed.GetValue(publicUrl)),
                    Issuer = parsed.GetValue(issuer),
                    LogOrigin = parsed.GetValue(origin),
                    Witnesses = WitnessFile.Read(parsed.GetValue(witnesses)),
                    RabbitMq = Broker(parsed.GetValue(rabbit)),
                    LiveWindow = LiveWindow(parsed.GetValue(window)),
                    Systems = Systems(parsed.GetValue(drm)),
                    KeyServer = KeyServerSettings.Read(parsed.GetValue(keyServer), parsed.GetValue(keyServerHeaders), parsed.GetValue(keyServerContent)),
                    PrivateWebhooks = YesOrNo("--private-webhooks", parsed.GetValue(webhooks)),
                    Player = parsed.GetValue(player),
                    Regions = parsed.GetValue(regions) is { } table ? Path.GetFullPath(table) : null,
                    TrustedProxies = Networks(parsed.GetValue(proxies)),
                    OwnUrl = HttpUrl("--own-url", parsed.GetValue(ownUrl)),
                    Otlp = HttpUrl("--otlp", parsed.GetValue(otlp)),
                    MeshFrom = MeshFrom(parsed.GetValue(mesh)),
                    StunPort = IceSettings.StunPort(parsed.GetValue(stun), parsed.GetValue(urls)),
                    Turn = IceSettings.ReadTurn(parsed.GetValue(turn)),
                    Chain = ChainSettingsFile.Read(parsed.GetValue(chain)),
                    External = External(parsed.GetValue(authority), parsed.GetValue(audience), parsed.GetValue(roleClaim), parsed.GetValue(roles)),
                });
                return 0;
            }
            catch (StartFailure failure)
            {
                await Console.Error.WriteLineAsync(failure.Line);
                return failure.ExitCode;
            }
        });

        var command = root.Parse(args);
        if (command.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync(new StartFailure("settings-invalid", string.Join("; ", command.Errors.Select(e => e.Message))).Line);
            return 2;
        }

        // The host handles SIGTERM and SIGINT itself and stops in order; the parser must not cut that short.
        return await command.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    // Made and taken in at once: an option that is made only has no value, and nobody says so.
    private static Option<string?> Option(this RootCommand root, string name, string variable, string description)
    {
        var option = new Option<string?>(name)
        {
            Description = $"{description} [{variable}]",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null,
        };
        root.Options.Add(option);
        return option;
    }

    private static string? Joined(string? folder, string? database) => folder is null ? null
        : database is null ? throw new StartFailure("settings-invalid", "--join needs --database: servers of one platform share one PostgreSQL")
        : Directory.Exists(Path.Combine(folder, "keys")) ? Path.GetFullPath(folder)
        : throw new StartFailure("settings-invalid", $"--join: {folder} is no data folder of a server that has been started");

    private static string ListenUrls(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            // "*" and "+" stand for any host, as Kestrel takes them.
            if (!Uri.TryCreate(url.Replace("//*", "//any", StringComparison.Ordinal).Replace("//+", "//any", StringComparison.Ordinal), UriKind.Absolute, out var parsed)
                || parsed.Scheme != Uri.UriSchemeHttp || parsed.AbsolutePath != "/")
            {
                throw new StartFailure("settings-invalid", $"--urls: '{url}' is not http://host:port; TLS ends at a proxy in front of this server");
            }
        }

        return urls;
    }

    private static bool YesOrNo(string option, string? value) => value switch
    {
        null or "no" => false,
        "yes" => true,
        _ => throw new StartFailure("settings-invalid", $"{option} is yes or no"),
    };

    private static TimeSpan LiveWindow(string? seconds)
    {
        if (seconds is null)
        {
            return TimeSpan.FromSeconds(60);
        }

        // Below three segments no player finds its place; above a day a manifest is no longer small.
        return int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var window) && window is >= 10 and <= 86_400
            ? TimeSpan.FromSeconds(window)
            : throw new StartFailure("settings-invalid", $"--live-window: '{seconds}' is not a number of seconds from 10 to 86400");
    }

    private static int MeshFrom(string? viewers) => viewers is null ? 3
        : int.TryParse(viewers, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 2 and <= 1000 ? count
        : throw new StartFailure("settings-invalid", $"--mesh-from: '{viewers}' is not a number of viewers from 2 to 1000");

    private static DrmSystem[] Systems(string? names) => [.. (names ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(static name => name switch
        {
            "widevine" => DrmSystem.Widevine,
            "playready" => DrmSystem.PlayReady,
            "fairplay" => DrmSystem.FairPlay,
            _ => throw new StartFailure("settings-invalid", $"--drm: '{name}' is not widevine, playready or fairplay"),
        }).Distinct()];

    private static Uri? Broker(string? url)
    {
        if (url is null)
        {
            return null;
        }

        // Never repeated in the refusal: it holds a password.
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "amqp" or "amqps" && parsed.Host.Length > 0
            ? parsed
            : throw new StartFailure("settings-invalid", "--rabbitmq is not amqp://user:password@host:port/vhost (or amqps://…)");
    }

    private static IReadOnlyList<IPNetwork> Networks(string? text) =>
    [
        .. (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static part => IPNetwork.TryParse(part, out var network)
            ? network
            : throw new StartFailure("settings-invalid", $"--trusted-proxies: '{part}' is not a network like 10.0.0.0/8")),
    ];

    private static string? HttpUrl(string name, string? url)
    {
        if (url is null)
        {
            return null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && parsed is { Query: "", Fragment: "", UserInfo: "" }
            ? url.TrimEnd('/')
            : throw new StartFailure("settings-invalid", $"{name}: '{url}' is not an http or https address");
    }

    private static ExternalIssuer? External(string? authority, string? audience, string? roleClaim, string? roles)
    {
        if (authority is null)
        {
            return null;
        }

        var url = HttpUrl("--oidc-authority", authority)!;
        if (!url.StartsWith("https://", StringComparison.Ordinal) && !new Uri(url).IsLoopback)
        {
            throw new StartFailure("settings-invalid", "--oidc-authority: an issuer on another machine needs https, or anybody in between can issue tokens");
        }

        return new()
        {
            Authority = url,
            Audience = audience ?? throw new StartFailure("settings-invalid", "--oidc-audience is missing; without it the issuer's tokens for other services would be taken"),
            RoleClaim = roleClaim ?? "role",
            Roles = RoleMap(roles),
        };
    }

    private static Dictionary<string, string> RoleMap(string? text)
    {
        if (text is null)
        {
            return Authentication.Roles.All.ToDictionary(r => r);
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=') is not [{ Length: > 0 } theirs, var ours] || !Authentication.Roles.All.Contains(ours))
            {
                throw new StartFailure("settings-invalid", $"--oidc-roles: '{pair}' is not their-value=role with role one of {string.Join(", ", Authentication.Roles.All)}");
            }

            map[theirs] = ours;
        }

        return map;
    }
}
