using System.Diagnostics;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Relay.Tests;

/// <summary>A real <c>liveledger relay</c>, a process of its own.</summary>
internal sealed class RelayProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private volatile JsonNode _said;

    private RelayProcess(Process process, JsonNode said)
    {
        (_process, _said) = (process, said);
        Http = new() { BaseAddress = new(said["urls"]![0]!.GetValue<string>()) };
        _errors = process.StandardError.ReadToEndAsync();
        _ = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                _said = JsonNode.Parse(line)!;
            }
        });
    }

    public HttpClient Http { get; }

    /// <summary>What it last said of itself, at most five seconds ago.</summary>
    public JsonNode Status => _said["status"]!;

    /// <summary>Starts it; returns when it listens.</summary>
    public static async Task<RelayProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        // Where the tests run in the background, a shell has them ignore Ctrl-C, and whatever they start inherits that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", CommandLine.Program, "relay", "--urls", "http://127.0.0.1:0", "--json", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        return await process.StandardOutput.ReadLineAsync() is { } line
            ? new(process, JsonNode.Parse(line)!)
            : throw new InvalidOperationException($"the relay ended at once: {await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Ctrl-C; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        return (await EndedAsync()).Exit;
    }

    /// <summary>Waits for its end; its exit code and what it wrote to standard error.</summary>
    public async Task<(int Exit, string Error)> EndedAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _errors);
    }

    /// <summary>True for each of these that is anywhere in its memory.</summary>
    public bool[] Holds(IReadOnlyList<byte[]> secrets)
    {
        var found = new bool[secrets.Count];
        var longest = secrets.Max(static s => s.Length);
        using var memory = new FileStream($"/proc/{_process.Id}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var window = new byte[4 << 20];
        foreach (var line in File.ReadLines($"/proc/{_process.Id}/maps"))
        {
            var range = line.Split(' ')[0].Split('-');
            var (from, to) = (Convert.ToUInt64(range[0], 16), Convert.ToUInt64(range[1], 16));
            if (line[line.IndexOf(' ') + 1] != 'r' || to > long.MaxValue)
            {
                continue;
            }

            // Windows overlap, so that nothing hides on a border.
            for (var at = from; at < to;)
            {
                var length = Read(memory, (long)at, window.AsSpan(0, (int)Math.Min((ulong)window.Length, to - at)));
                for (var n = 0; n < secrets.Count; n++)
                {
                    found[n] |= window.AsSpan(0, length).IndexOf(secrets[n]) >= 0;
                }

                if (length < window.Length)
                {
                    break;
                }

                at += (ulong)(length - longest);
            }
        }

        return found;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        Http.Dispose();
    }

    private static int Read(FileStream memory, long at, Span<byte> window)
    {
        var length = 0;
        try
        {
            memory.Position = at;
            while (length < window.Length && memory.Read(window[length..]) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (IOException)
        {
            // Reserved, and not there: [vvar], guard pages, what was given back meanwhile.
        }

        return length;
    }
}
