using System.Diagnostics;
using System.Text;

namespace LiveLedger.Ledger.Embedded;

/// <summary>
/// The user PostgreSQL runs as: ourselves, or, because PostgreSQL refuses root, the system user <c>liveledger</c> when we are root.
/// Every file of the server is written through this user, so root never follows a link that the server could have planted.
/// </summary>
internal sealed class ServerUser
{
    private const string SystemUser = "liveledger";

    private ServerUser(bool other) => IsOther = other;

    /// <summary>True if commands run as another user than ours.</summary>
    public bool IsOther { get; }

    /// <summary>Operating-system users that may connect (pg_ident).</summary>
    public IEnumerable<string> Names => IsOther ? [SystemUser, Environment.UserName] : [Environment.UserName];

    /// <summary>The user for this process.</summary>
    public static ServerUser Current()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new(other: false);
        }

        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith(SystemUser + ':', StringComparison.Ordinal)))
        {
            throw new EmbeddedPostgresException("postgres-user-missing",
                $"PostgreSQL does not run as root and there is no system user {SystemUser}: run tools/embedded-postgres/install.sh, which makes it");
        }

        return new(other: true);
    }

    /// <summary>What a program said and how it ended.</summary>
    internal readonly record struct Ended(int ExitCode, string Output);

    /// <summary>Makes <paramref name="directory"/> (0700) this user's own.</summary>
    public async Task OwnAsync(string directory, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        var made = IsOther
            ? await StartAsync("install", ["-d", "-m", "700", "-o", SystemUser, "-g", SystemUser, directory], null, cancel)
            : await StartAsync("install", ["-d", "-m", "700", directory], null, cancel);
        Require(made, $"cannot make {directory}");
        if ((await TryRunAsync("test", ["-w", directory], null, cancel)).ExitCode != 0)
        {
            throw new EmbeddedPostgresException("postgres-data-unreachable",
                $"the user {Names.First()} cannot reach {directory}: choose a data directory outside of private folders (as root: under /var/lib/liveledger)");
        }
    }

    /// <summary>Runs a program as this user; a failure becomes an <see cref="EmbeddedPostgresException"/> with what it said.</summary>
    public async Task<Ended> RunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancel)
    {
        var ended = await TryRunAsync(program, arguments, input, cancel);
        Require(ended, $"{Path.GetFileName(program)} failed");
        return ended;
    }

    /// <summary>Runs a program as this user.</summary>
    public Task<Ended> TryRunAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancel) => IsOther
        ? StartAsync("setpriv", ["--reuid", SystemUser, "--regid", SystemUser, "--clear-groups", "--", program, .. arguments], input, cancel)
        : StartAsync(program, arguments, input, cancel);

    /// <summary>Writes a small text file, 0600.</summary>
    public Task WriteAsync(string path, string text, CancellationToken cancel) =>
        RunAsync("sh", ["-c", "umask 077 && cat > \"$1\"", "sh", path], text, cancel);

    /// <summary>A named failure from what a program said.</summary>
    public static void Require(Ended ended, string what)
    {
        if (ended.ExitCode == 0)
        {
            return;
        }

        var said = ended.Output.Trim();
        throw said.Contains("No space left on device", StringComparison.Ordinal)
            ? new EmbeddedPostgresException("disk-full", $"{what}: the disk is full. Free space and start again; nothing is lost.")
            : new EmbeddedPostgresException("postgres-failed", $"{what}: {said}");
    }

    private static async Task<Ended> StartAsync(string program, IReadOnlyList<string> arguments, string? input, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var said = new StringBuilder();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        lock (said)
        {
            return new(process.ExitCode, said.ToString());
        }

        void Keep(string? line)
        {
            lock (said)
            {
                if (line is not null && said.Length < 16_384)
                {
                    said.AppendLine(line);
                }
            }
        }
    }
}
