using System.Text;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Ledger.Recovery;

/// <summary>A log that takes the place of another: what the other was, and why it ended.</summary>
/// <param name="Origin">The new log's name.</param>
/// <param name="Predecessor">The old one's name.</param>
/// <param name="PredecessorKey">The old one's vkey.</param>
/// <param name="Checkpoint">The largest tree that the old one is known to have promised, as a signed note; null if nobody shows one.</param>
/// <param name="Halted">The code of what it had halted for.</param>
/// <param name="Reason">Why the operator gave it up.</param>
/// <param name="At">When, by the server's clock.</param>
public sealed record Succession(string Origin, string Predecessor, string PredecessorKey, string? Checkpoint, string Halted, string Reason, DateTimeOffset At)
{
    /// <summary>Most successors of one log.</summary>
    public const int MaxDepth = 16;

    private const int MaxFileLength = 256 * 1024;

    /// <summary>The log that is in force: these options, or those of the last successor.</summary>
    /// <exception cref="InvalidDataException">A file of a succession cannot be read.</exception>
    public static LedgerOptions InForce(LedgerOptions first)
    {
        var options = first;
        for (var number = 2; number <= MaxDepth + 1; number++)
        {
            if (Read(options.CheckpointFile) is not { } succession)
            {
                return options;
            }

            if (succession.Predecessor != options.Origin)
            {
                throw new InvalidDataException($"{FileOf(options.CheckpointFile)} is of the log {succession.Predecessor}, and this is {options.Origin}");
            }

            options = first with
            {
                Origin = succession.Origin,
                CheckpointFile = $"{first.CheckpointFile}.{number}",
                JournalFolder = first.JournalFolder is { } folder ? $"{folder}.{number}" : null,
                Succeeds = succession,
            };
        }

        throw new InvalidDataException($"a log has at most {MaxDepth} successors");
    }

    /// <summary>Ends the log whose checkpoint lies in this file. Durable when it returns; a crash leaves it ended or not.</summary>
    /// <exception cref="IOException">Disk says no, or it has ended already.</exception>
    internal void Write(string checkpointFile)
    {
        var path = FileOf(checkpointFile);
        var fresh = path + ".new";
        using (var file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web), 0);
            RandomAccess.FlushToDisk(file);
        }

        File.Move(fresh, path, overwrite: false);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>True if the log whose checkpoint lies in this file has ended.</summary>
    internal static bool Exists(string checkpointFile) => File.Exists(FileOf(checkpointFile));

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    private static string FileOf(string checkpointFile) => checkpointFile + ".succession";

    private static Succession? Read(string checkpointFile)
    {
        var path = FileOf(checkpointFile);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var succession = new FileInfo(path).Length <= MaxFileLength ? JsonSerializer.Deserialize<Succession>(File.ReadAllBytes(path), JsonSerializerOptions.Web) : null;
            return succession is { Origin: not null, Predecessor: not null } && KeyName.IsValid(succession.Origin)
                ? succession
                : throw new InvalidDataException($"{path} is not the file of a succession");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not the file of a succession: {e.Message}");
        }
    }
}
