using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Audit;

/// <summary>What an auditor keeps of a log: its key, on the first line, and the last good checkpoint, as signed.</summary>
internal sealed record LogMemory(VerifierKey Key, byte[] Note)
{
    internal static LogMemory? Read(string file)
    {
        try
        {
            if (!File.Exists(file))
            {
                return null;
            }

            return TryParse(File.ReadAllBytes(file), out var memory) ? memory : throw new CommandFailure($"{file} is not what an audit remembered");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot read {file}: {e.Message}");
        }
    }

    internal static bool TryParse(byte[] bytes, [NotNullWhen(true)] out LogMemory? memory)
    {
        var end = Array.IndexOf(bytes, (byte)'\n');
        memory = end > 0 && VerifierKey.TryParse(Encoding.UTF8.GetString(bytes, 0, end), out var key) ? new(key, bytes[(end + 1)..]) : null;
        return memory is not null;
    }

    /// <summary>Replaces the file by one rename: a crash leaves the old memory or the new.</summary>
    internal static void Write(string file, LogMemory memory)
    {
        try
        {
            var draft = file + ".new";
            using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(memory.Key + "\n"));
                stream.Write(memory.Note);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot write {file}: {e.Message}");
        }
    }
}
