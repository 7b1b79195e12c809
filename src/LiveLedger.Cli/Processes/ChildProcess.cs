using System.Collections.Concurrent;
using System.Diagnostics;

namespace LiveLedger.Cli.Processes;

/// <summary>A program that we start, keep the last lines of, and end. It does not outlive us, even if we are killed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _tail = new();
    private readonly TextWriter? _log;
    private readonly Task _output;

    private ChildProcess(Process process, TextWriter? log, bool keepOutput)
    {
        _process = process;
        _log = log;
        _output = Task.WhenAll(
            keepOutput ? Task.CompletedTask : DrainAsync(process.StandardOutput),
            DrainAsync(process.StandardError));
    }

    internal bool HasExited => _process.HasExited;

    internal int ExitStatus => _process.ExitCode;

    /// <summary>Standard output, where it was asked for.</summary>
    internal StreamReader Output => _process.StandardOutput;

    /// <summary>The newest lines of output, oldest first.</summary>
    internal IReadOnlyList<string> Tail => [.. _tail];

    /// <summary>Starts a program in a session of its own, so that Ctrl-C reaches us alone and we end things in order.</summary>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="log">Takes every line of output, if given.</param>
    /// <param name="keepOutput">Leaves standard output to the caller, who reads <see cref="Output"/>.</param>
    /// <param name="environment">Added to ours: what must not be seen in a list of processes.</param>
    internal static ChildProcess Start(
        string program, IEnumerable<string> arguments, TextWriter? log = null, bool keepOutput = false,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var word in (string[])["setpriv", "--pdeathsig", "TERM", program, .. arguments])
        {
            start.ArgumentList.Add(word);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = ChildStarter.Start(start);
        process.StandardInput.Close();
        return new(process, log, keepOutput);
    }

    /// <summary>Throws, with the way out, unless a program is on the PATH.</summary>
    internal static void Require(string program, string package)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            throw new CommandFailure($"{program} is missing: apt-get install {package} (./liveledger does it by itself)");
        }
    }

    internal Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    /// <summary>Asks it to end, waits, and kills it if it does not.</summary>
    internal async Task StopAsync(int signal, TimeSpan patience)
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, signal);
            using var limit = new CancellationTokenSource(patience);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(Signals.Terminate, TimeSpan.FromSeconds(5));
        // A grandchild may hold the pipe open; its last words are not worth a hang.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(2)));
        _process.Dispose();
    }

    private async Task DrainAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _tail.Enqueue(line);
            while (_tail.Count > KeptLines)
            {
                _tail.TryDequeue(out _);
            }

            if (_log is { } log)
            {
                lock (log)
                {
                    log.WriteLine(line);
                }
            }
        }
    }
}
