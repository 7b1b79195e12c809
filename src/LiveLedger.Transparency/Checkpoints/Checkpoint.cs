using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Checkpoints;

/// <summary>The statement a log signs (C2SP tlog-checkpoint): its origin and its tree head. Extension lines are neither written nor taken.</summary>
/// <param name="Origin">The log's name, which is its key's name too.</param>
/// <param name="Head">Size and root.</param>
public sealed record Checkpoint(string Origin, TreeHead Head)
{
    /// <summary>Media type it is served as.</summary>
    public const string MediaType = "text/plain; charset=utf-8";

    /// <summary>The three lines that are signed.</summary>
    public string ToText() => $"{Origin}\n{Head.Size}\n{StrictBase64.Encode(Head.Root.Value.ToArray())}\n";

    /// <summary>
    /// Signs it. The caller's duty, which no format can enforce: the tree extends every one this log has signed before,
    /// and that is on disk before the result leaves the process.
    /// </summary>
    /// <exception cref="ArgumentException">The signer's name is not the origin, or the head cannot be one.</exception>
    public SignedNote Sign(NoteSigner signer)
    {
        var text = ToText();
        return signer.VerifierKey.Name == Origin && TryParse(text, out var read) && read == this
            ? SignedNote.Sign(text, signer)
            : throw new ArgumentException($"{signer.VerifierKey.Name} cannot sign this checkpoint of {Origin}", nameof(signer));
    }

    /// <summary>Reads the text of a checkpoint from outside. Who says so is another question: see <see cref="Open"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        var first = text.IndexOf('\n');
        if (first < 0 || !KeyName.IsValid(text[..first]))
        {
            return false;
        }

        var rest = text[(first + 1)..];
        var second = rest.IndexOf('\n');
        if (second < 0 || !TreeSize.TryParse(rest[..second], out var size))
        {
            return false;
        }

        var last = rest[(second + 1)..];
        if (last.IndexOf('\n') != last.Length - 1 || last.IsEmpty
            || !StrictBase64.TryDecode(last[..^1], out var hash) || hash.Length != Bytes32.Length)
        {
            return false;
        }

        var root = new RootHash(new Bytes32(hash));

        // tlog-witness: a tree of size 0 has one possible root.
        if (size.Value == 0 && root != RootHash.Empty)
        {
            return false;
        }

        checkpoint = new(text[..first].ToString(), new(size, root));
        return true;
    }

    /// <summary>Takes a signed checkpoint from outside and says whether the log with this key made it.</summary>
    /// <param name="note">The signed note's bytes.</param>
    /// <param name="key">The log's key; its name is the origin asked for.</param>
    /// <param name="checkpoint">The checkpoint, if and only if the result is <see cref="CheckpointResult.Valid"/>.</param>
    public static CheckpointResult Open(ReadOnlySpan<byte> note, VerifierKey key, out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (!SignedNote.TryParse(note, out var signed))
        {
            return CheckpointResult.NoteMalformed;
        }

        switch (signed.Verify(key))
        {
            case NoteResult.Valid:
                break;
            case NoteResult.BadSignature:
                return CheckpointResult.BadSignature;
            default:
                return CheckpointResult.NotSigned;
        }

        if (!TryParse(signed.Text, out var read))
        {
            return CheckpointResult.CheckpointMalformed;
        }

        if (read.Origin != key.Name)
        {
            return CheckpointResult.WrongOrigin;
        }

        checkpoint = read;
        return CheckpointResult.Valid;
    }
}
