using System.CommandLine;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cli.Keys;

/// <summary>`keys …`: the keys at rest in a data folder, on the machine that has it.</summary>
internal static class KeysCommand
{
    internal static Command Build() => new("keys", "The keys at rest in a data folder.") { Rotate() };

    private static Command Rotate()
    {
        var data = new Option<string?>("--data") { Description = "the server's data folder (LIVELEDGER_DATA)" };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command("rotate", "Puts a new key-encryption key in the place of the old one, while servers run. Cut off, it is simply run again.") { data, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var root = parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("LIVELEDGER_DATA") ?? Path.Combine(Home.Directory, "data");
            try
            {
                return await RotateAsync(Path.Combine(root, "keys"), parsed.GetValue(json), cancellation);
            }
            catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
            {
                throw new CommandFailure($"{e.Message} Nothing is lost: run this again when it is mended.");
            }
        });
        return command;
    }

    private static async Task<int> RotateAsync(string keys, bool json, CancellationToken cancellation)
    {
        var isOurs = !KeySource.IsNamed(KeySource.Current);
        if (isOurs && !File.Exists(KeySource.DefaultFile(keys)))
        {
            throw new CommandFailure($"{keys} has no key-encryption key; name the data folder with --data", ExitCode.Usage);
        }

        using var current = KeySource.Load(keys);
        var (rewrapped, all) = await ProgressBar.ShowAsync("wrapping secrets anew", !json, done =>
            new KeyRotation(keys, current, isOurs, static _ => { }, done).RunAsync(next => Fill(next, isOurs), cancellation));
        Output.Line(json
            ? Output.Json(new { rewrapped, secrets = all, restartWithNext = !isOurs })
            : $"OK   {all} secrets are wrapped by the new key ({rewrapped} of them in this run); the old one opens nothing any more"
                + (isOurs ? "" : $"\n     start servers with the new key from now on ({KeySource.Current}…); those that run have it already"));
        return ExitCode.Good;
    }

    private static void Fill(byte[] next, bool isOurs)
    {
        if (isOurs)
        {
            RandomNumberGenerator.Fill(next);
        }
        else if (!KeySource.TryRead(KeySource.Next, next))
        {
            throw new CommandFailure($"the key comes from {KeySource.Current}…, so the new one must come from {KeySource.Next}, {KeySource.Next}_FILE or {KeySource.Next}_COMMAND", ExitCode.Usage);
        }
    }
}
