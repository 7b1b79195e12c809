using System.Text.Json.Serialization;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Reads the whole log, hashes it, and compares: with the signed checkpoint, and with the one remembered.</summary>
internal static class CheckpointAudit
{
    // Reading a log of this size takes hours; a longer one is a server that wants to keep us busy.
    private const ulong MaxSize = 100_000_000;

    internal static async Task<CheckpointVerdict> RunAsync(
        HttpClient http, Uri server, VerifierKey? trusted, TrustPolicy? policy, string? memoryFile, Action<ulong, ulong> progress, CancellationToken cancellation)
    {
        var memory = memoryFile is null ? null : LogMemory.Read(memoryFile);
        var log = new LogReader(http, server);
        var key = trusted ?? memory?.Key ?? await log.KeyAsync(cancellation);
        var note = await log.CheckpointAsync(cancellation);
        var opened = Checkpoint.Open(note, key, out var checkpoint);
        if (opened != CheckpointResult.Valid)
        {
            return CheckpointVerdict.False(key, $"the checkpoint does not open with this key: {opened}");
        }

        var judged = policy?.Check(note, key);
        if (judged is { Result: not PolicyResult.Satisfied })
        {
            return CheckpointVerdict.False(key, PolicyFile.Finding(judged));
        }

        Checkpoint? before = null;
        if (memory is not null && Checkpoint.Open(memory.Note, key, out before) != CheckpointResult.Valid)
        {
            return CheckpointVerdict.False(key, "the remembered checkpoint is not signed by this key");
        }

        if (before is not null && before.Head.Size.Value > checkpoint!.Head.Size.Value)
        {
            return CheckpointVerdict.False(key, $"the log has shrunk: {checkpoint.Head.Size} entries now, {before.Head.Size} remembered");
        }

        if (checkpoint!.Head.Size.Value > MaxSize)
        {
            throw new CommandFailure($"a log of {checkpoint.Head.Size} entries is too long to read whole");
        }

        // The tree is hashed from the entries themselves, so this proves inclusion of each, and consistency with the old head.
        var tree = new CompactRange();
        var extends = before is null || before.Head.Size.Value > 0 || tree.Head == before.Head;
        await foreach (var entry in log.EntriesAsync(checkpoint.Head.Size.Value, cancellation))
        {
            tree.Append(LeafHash.Of(entry.Span));
            if (before is not null && tree.Size == before.Head.Size)
            {
                extends = tree.Head == before.Head;
            }

            if (tree.Size.Value % TilePath.FullWidth == 0 || tree.Size == checkpoint.Head.Size)
            {
                progress(tree.Size.Value, checkpoint.Head.Size.Value);
            }
        }

        if (tree.Head != checkpoint.Head)
        {
            return CheckpointVerdict.False(key, $"the entries hash to {tree.Root()}, the checkpoint says {checkpoint.Head.Root}");
        }

        if (!extends)
        {
            return CheckpointVerdict.False(key, $"the log was rewritten: its first {before!.Head.Size} entries are not those remembered");
        }

        if (memoryFile is not null)
        {
            LogMemory.Write(memoryFile, new(key, note));
        }

        return new(true, "ok", key.ToString(), checkpoint.Head.Size.Value, checkpoint.Head.Root.ToString(), memoryFile is not null, before?.Head.Size.Value,
            judged is null ? null : PolicyFile.Cosigners(judged));
    }
}

/// <summary>What an audit of a log found.</summary>
/// <param name="Ok">Everything that was checked holds.</param>
/// <param name="Finding">The failure in words, or <c>ok</c>.</param>
/// <param name="Key">The log's vkey.</param>
/// <param name="Size">Entries read and hashed.</param>
/// <param name="Root">Their root.</param>
/// <param name="Remembered">Whether this checkpoint is remembered for the next time.</param>
/// <param name="Extends">Size of the remembered checkpoint that this one extends.</param>
/// <param name="Cosigned">With a policy: which of its witnesses cosigned the checkpoint, and when.</param>
internal sealed record CheckpointVerdict(
    bool Ok, string Finding, string Key, ulong? Size = null, string? Root = null, bool Remembered = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ulong? Extends = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cosigned = null)
{
    internal static CheckpointVerdict False(VerifierKey key, string finding) => new(false, finding, key.ToString());

    /// <summary>The first line is the verdict.</summary>
    internal string ToText() => Ok
        ? $"OK   {Size} entries hash to the signed root {Root}\n     key {Key}\n     "
            + (Extends is { } old ? $"extends the remembered checkpoint of size {old}" : Remembered ? "remembered from now on" : "nothing was remembered: give --remember FILE to see rewriting the next time")
            + (Cosigned is null ? "" : $"\n     good by the policy, cosigned by {(Cosigned.Length == 0 ? "nobody" : Cosigned)}")
        : $"FAIL {Finding}\n     key {Key}";
}
