using System.CommandLine;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Witness;

/// <summary>`audit witness`: cosigns what extends what it has seen, until Ctrl-C.</summary>
internal static class WitnessCommand
{
    internal static Command Build()
    {
        var state = new Option<string>("--state") { Description = "folder of what was cosigned last, and of the key; never bring an older copy of it back", Required = true };
        var origin = new Option<string[]>("--origin")
        {
            Description = "a log's verifier key (vkey); its name is the origin. Several: one witness for several logs",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var listen = new Option<string>("--listen") { Description = "address, perhaps with a prefix: http://127.0.0.1:8090/witness", Required = true };
        var key = new Option<string?>("--key") { Description = "the witness's key file (0600), made if it is missing; else witness.key in the state folder" };
        var name = new Option<string?>("--name") { Description = "the witness's name in its cosignatures, for a new key; else one made from the key" };
        var json = new Option<bool>("--json") { Description = "what it is and where it listens as JSON" };
        var command = new Command("witness", "Runs a witness: cosigns checkpoints of logs, each only if it extends the last.") { state, origin, listen, key, name, json };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(state)!, [.. parsed.GetValue(origin)!.Select(LogKey)], Listen(parsed.GetValue(listen)!),
            parsed.GetValue(key), parsed.GetValue(name), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string state, VerifierKey[] logs, Uri listen, string? keyFile, string? name, bool json, CancellationToken cancellation)
    {
        using var held = Hold(state);
        var (named, key) = WitnessKeyFile.LoadOrCreate(keyFile ?? Path.Combine(state, "witness.key"), name);
        using (key)
        {
            var witness = Open(new Cosigner(named, key), logs, state);
            var (app, address) = await ListenAsync(witness, listen, cancellation);
            await using (app)
            {
                Output.Line(json
                    ? Output.Json(new { name = named, key = witness.Key.ToString(), url = address, origins = witness.Origins })
                    : $"OK   {named} witnesses {string.Join(", ", witness.Origins)}\n     key {witness.Key}\n     url {address}");
                await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

                // Requests that are being written to the disk get their answer.
                await app.StopAsync(CancellationToken.None);
            }
        }

        return ExitCode.Good;
    }

    private static FileStream Hold(string state)
    {
        try
        {
            Directory.CreateDirectory(state, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            // flock(2): two witnesses with one memory would each believe that they alone write it. The kernel lets go of it, however we end.
            return new(Path.Combine(state, "witness.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the state folder cannot be held; perhaps another witness holds it: {e.Message}");
        }
    }

    private static CheckpointWitness Open(Cosigner cosigner, VerifierKey[] logs, string state)
    {
        try
        {
            return new(cosigner, logs, state, TimeProvider.System);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(e.Message);
        }
    }

    private static async Task<(Microsoft.AspNetCore.Builder.WebApplication App, string Address)> ListenAsync(
        CheckpointWitness witness, Uri listen, CancellationToken cancellation)
    {
        try
        {
            return await WitnessServer.StartAsync(witness, listen, cancellation);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new CommandFailure($"cannot listen on {listen}: {e.Message}");
        }
    }

    private static VerifierKey LogKey(string text) => VerifierKey.TryParse(text, out var key)
        ? key
        : throw new CommandFailure($"--origin: '{text}' is no Ed25519 vkey of a log (name+hash+key, type 0x01)", ExitCode.Usage);

    // The prefix becomes a route, so it has nothing in it that a route would read otherwise.
    private static Uri Listen(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http", Query: "", Fragment: "", UserInfo: "" }
        && !url.AbsolutePath.AsSpan().ContainsAny("{}*%")
            ? url
            : throw new CommandFailure("--listen: an address like http://127.0.0.1:8090/prefix; TLS ends at a proxy in front", ExitCode.Usage);
}
