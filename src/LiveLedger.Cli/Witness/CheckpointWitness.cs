using System.Security.Cryptography;
using System.Text;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>A witness of several logs (C2SP tlog-witness), without its network.</summary>
internal sealed class CheckpointWitness
{
    private readonly Dictionary<string, WatchedLog> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WatchedLog> _byHash = new(StringComparer.Ordinal);

    /// <summary>Takes up what the folder remembers.</summary>
    /// <param name="cosigner">Our key.</param>
    /// <param name="keys">The logs' keys; a log may have several, under one name.</param>
    /// <param name="state">The folder; this process alone writes there.</param>
    /// <param name="time">What we say when.</param>
    /// <param name="reached">Told each durable step.</param>
    /// <exception cref="InvalidDataException">What is remembered of a log is not what this witness wrote.</exception>
    internal CheckpointWitness(Cosigner cosigner, IEnumerable<VerifierKey> keys, string state, TimeProvider time, Action<WitnessStep>? reached = null)
    {
        Key = cosigner.Key;
        foreach (var log in keys.Distinct().GroupBy(static k => k.Name))
        {
            // tlog-witness: the read side's path, which is a good name for a folder too, whatever an origin may hold.
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(log.Key)));
            var watched = new WatchedLog([.. log], cosigner, new WitnessMemory(Path.Combine(Path.GetFullPath(state), hash), reached ?? (static _ => { })), time);
            _ = watched.Remembered();
            _logs.Add(log.Key, watched);
            _byHash.Add(hash, watched);
        }
    }

    /// <summary>What our cosignatures are verified with.</summary>
    internal CosignerKey Key { get; }

    /// <summary>The logs by name.</summary>
    internal IEnumerable<string> Origins => _logs.Keys;

    /// <summary>Answers <c>add-checkpoint</c>. The order of the checks is tlog-witness's.</summary>
    /// <exception cref="IOException">The disk failed: nothing was said, and what is remembered is the old checkpoint or the new one.</exception>
    internal WitnessAnswer Add(ReadOnlySpan<byte> body) =>
        !AddCheckpointRequest.TryParse(body, out var request) || !SignedNote.TryParse(request.Note.Span, out var note)
            ? WitnessAnswer.Refuse(400, "not an old size, a proof, an empty line and a signed checkpoint")
            : _logs.TryGetValue(note.Text[..note.Text.IndexOf('\n', StringComparison.Ordinal)], out var log)
                ? log.Add(request, note)
                : WitnessAnswer.Refuse(404, "this witness does not know the log");

    /// <summary>The last cosigned checkpoint of the log whose name has this SHA-256, in lower-case hexadecimal; null if there is none.</summary>
    internal byte[]? Remembered(string originHash) => _byHash.TryGetValue(originHash, out var log) ? log.Remembered()?.ToBytes() : null;
}
