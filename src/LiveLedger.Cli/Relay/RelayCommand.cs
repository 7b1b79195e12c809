using System.CommandLine;
using System.Security.Cryptography;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Relay;

namespace LiveLedger.Cli.Relay;

/// <summary>`relay`: carries broadcasts for viewers near it, until Ctrl-C.</summary>
internal static class RelayCommand
{
    private const string TokenVariable = "LIVELEDGER_RELAY_TOKEN";

    internal static Command Build()
    {
        var server = new Option<Uri>("--server") { Description = "the platform's server", Required = true, CustomParser = ServerAddress.Parse };
        var upstream = new Option<Uri?>("--upstream") { Description = "where segments come from: another relay's address, to make a chain (the server)", CustomParser = ServerAddress.Parse };
        var broadcast = new Option<string[]>("--broadcast") { Description = "a broadcast to carry; several are allowed", AllowMultipleArgumentsPerToken = true };
        var all = new Option<bool>("--all") { Description = "carries whatever the grant is for, as it comes and goes" };
        var identity = new Option<string?>("--identity") { Description = "the broadcaster's identity: nothing of anybody else is taken. Else the admission's" };
        var token = new Option<string?>("--token-file") { Description = $"file of the grant's token ({TokenVariable}); without one it serves over HTTP alone, and needs --identity" };
        var state = new Option<string>("--state") { Description = "folder of the relay's key", DefaultValueFactory = static _ => Path.Combine(Home.Directory, "relay") };
        var cache = new Option<string?>("--cache") { Description = "folder to keep objects in; without it memory alone" };
        var disk = new Option<long>("--disk") { Description = "most bytes kept there, e.g. 20G", DefaultValueFactory = static _ => 8L << 30, CustomParser = ByteCount.Parse };
        var memory = new Option<long>("--memory") { Description = "most bytes of objects in memory, e.g. 512M", DefaultValueFactory = static _ => 512L << 20, CustomParser = ByteCount.Parse };
        var urls = new Option<string>("--urls") { Description = "addresses to listen on", DefaultValueFactory = static _ => "http://127.0.0.1:8081" };
        var origin = new Option<string?>("--origin") { Description = "the web origin at which browsers reach it; the grant must name it" };
        var certificate = new Option<string?>("--certificate") { Description = "PEM file of the certificate for https addresses" };
        var key = new Option<string?>("--certificate-key") { Description = "PEM file of its private key" };
        var json = new Option<bool>("--json") { Description = "the status as JSON, a line each" };
        var command = new Command("relay", "Carries broadcasts for viewers near it: verifies each byte once, and serves it over HTTP and to peers. It has no key to watch them with.")
        {
            server, upstream, broadcast, all, identity, token, state, cache, disk, memory, urls, origin, certificate, key, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(broadcast) is { Length: > 0 }))
            {
                result.AddError("what is it to carry? --broadcast ID, or --all");
            }

            if ((result.GetValue(certificate) is null) != (result.GetValue(key) is null))
            {
                result.AddError("--certificate and --certificate-key belong together");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(
            new RelayOptions
            {
                Server = parsed.GetValue(server)!,
                Upstream = parsed.GetValue(upstream),
                Broadcasts = [.. (parsed.GetValue(broadcast) ?? []).Select(BroadcastOf).Distinct()],
                IsForAll = parsed.GetValue(all),
                Identity = parsed.GetValue(identity) is { } text ? IdentityOf(text) : null,
                Token = TokenOf(parsed.GetValue(token)),
                KeyFile = Path.Combine(parsed.GetValue(state)!, "relay.key"),
                Origin = parsed.GetValue(origin),
                Urls = parsed.GetValue(urls)!,
                Tls = parsed.GetValue(certificate) is { } file ? (file, parsed.GetValue(key)!) : null,
                MemoryBytes = parsed.GetValue(memory),
                CacheFolder = parsed.GetValue(cache),
                DiskBytes = parsed.GetValue(disk),
            },
            parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(RelayOptions options, bool json, CancellationToken cancellation)
    {
        if (options is { Token: null, IsForAll: true })
        {
            throw new CommandFailure($"--all is by a grant: --token-file FILE (or {TokenVariable}) with its token", ExitCode.Usage);
        }

        if (options is { Token: null, Identity: null })
        {
            throw new CommandFailure($"whose broadcast? --token-file FILE (or {TokenVariable}) with the grant's token, or --identity KEY", ExitCode.Usage);
        }

        RelayServer relay;
        try
        {
            relay = await RelayServer.StartAsync(options, TimeProvider.System, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException or InvalidOperationException)
        {
            throw new CommandFailure($"the relay cannot start: {e.Message}");
        }

        await using (relay)
        {
            using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var display = RelayDisplay.ShowAsync(relay, json, showing.Token);
            await Task.WhenAny(display, relay.Over);
            await showing.CancelAsync();
            await display.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return relay.Over.IsCompletedSuccessfully ? throw new CommandFailure($"the relay has ended: {await relay.Over}") : ExitCode.Good;
    }

    private static BroadcastId BroadcastOf(string text) =>
        BroadcastId.TryParse(text, out var id) ? id : throw new CommandFailure($"--broadcast: '{text}' is no broadcast's id (32 hexadecimal characters)", ExitCode.Usage);

    private static Ed25519PublicKey IdentityOf(string text) =>
        IdentityText.TryParse(text, out var identity) ? identity : throw new CommandFailure($"--identity: '{text}' is no identity (43 characters of base64url)", ExitCode.Usage);

    // Never from the command line, which others can see.
    private static string? TokenOf(string? file)
    {
        if (file is not null)
        {
            return ServerOptions.ReadToken(file);
        }

        var token = Environment.GetEnvironmentVariable(TokenVariable);
        Environment.SetEnvironmentVariable(TokenVariable, null);
        return token is { Length: > 0 } ? token.Trim() : null;
    }
}
