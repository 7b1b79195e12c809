using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>A tree that somebody speaks of: its size; and if a signed checkpoint in a file says so, its root.</summary>
/// <param name="Size">How many entries.</param>
/// <param name="Root">The signed root, where there is one.</param>
internal sealed record TreeClaim(TreeSize Size, RootHash? Root)
{
    /// <summary>Takes a size, or the name of a file with a checkpoint: as the log serves it, or as `--remember` keeps it.</summary>
    /// <exception cref="CommandFailure">It is neither.</exception>
    /// <exception cref="VerifiedFalse">The checkpoint is not by this key.</exception>
    internal static TreeClaim Read(string text, VerifierKey key)
    {
        if (TreeSize.TryParse(text, out var size))
        {
            return new(size, null);
        }

        byte[] bytes;
        try
        {
            bytes = new FileInfo(text).Length <= 2 * SignedNote.MaxLength
                ? File.ReadAllBytes(text)
                : throw new CommandFailure($"{text} is too long for a checkpoint", ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"'{text}' is neither a size nor a file with a checkpoint: {e.Message}", ExitCode.Usage);
        }

        var note = LogMemory.TryParse(bytes, out var memory) ? memory.Note : bytes;
        var head = SignedLog.HeadOf(note, key, $"the checkpoint in {text}");
        return new(head.Size, head.Root);
    }
}
