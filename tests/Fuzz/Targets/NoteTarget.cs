using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Fuzz.Targets;

/// <summary>Notes, vkeys and checkpoints: what is read is written the same, and no mutation of a signed one verifies with another text.</summary>
internal static class NoteTarget
{
    private const string Origin = "ledger.example/main";
    private static readonly Ed25519PrivateKey s_key = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)3, 32).ToArray());
    private static readonly NoteSigner s_signer = new(Origin, s_key);
    private static readonly NoteSigner s_witness = new("witness.example/ü", s_key);
    private static readonly Checkpoint s_checkpoint = new(Origin, new(new(70_000), new(LeafHash.Of("root"u8).Value)));
    private static readonly string[] s_texts = [s_checkpoint.ToText(), "a\n\nb\n"];

    public static FuzzTarget Create() => new("note",
    [
        s_checkpoint.Sign(s_signer).ToBytes(),
        SignedNote.Sign(s_texts[1], s_witness, s_signer).ToBytes(),
        Encoding.UTF8.GetBytes(s_signer.VerifierKey.ToString()),
        Encoding.UTF8.GetBytes(s_checkpoint.ToText()),
        Encoding.UTF8.GetBytes(new Checkpoint(Origin, TreeHead.Empty).ToText()),
    ], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (SignedNote.TryParse(input, out var note))
        {
            if (!input.SequenceEqual(note.ToBytes()))
            {
                throw new FuzzException("a note has two forms");
            }

            if (note.Verify(s_signer.VerifierKey) == NoteResult.Valid && !s_texts.Contains(note.Text))
            {
                throw new FuzzException("a note was forged");
            }
        }

        if (Checkpoint.Open(input, s_signer.VerifierKey, out var opened) == CheckpointResult.Valid && opened != s_checkpoint)
        {
            throw new FuzzException("a checkpoint was forged");
        }

        var text = Encoding.UTF8.GetString(input);
        if (Checkpoint.TryParse(text, out var checkpoint) && checkpoint.ToText() != text)
        {
            throw new FuzzException("a checkpoint has two forms");
        }

        if (VerifierKey.TryParse(text, out var key) && key.ToString() != text)
        {
            throw new FuzzException("a vkey has two forms");
        }
    }
}
