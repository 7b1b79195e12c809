using System.Text;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Vectors.Notes;

/// <summary>The example of C2SP signed-note, which Go's own sumdb/note reads too.</summary>
public sealed class SignedNoteExample
{
    private const string Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private const string Text = "This is an example message.\n";

    private const string Line =
        "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    [Fact]
    public void The_vkey_is_read_and_written_alike()
    {
        Assert.True(VerifierKey.TryParse(Vkey, out var key));
        Assert.Equal(("example.com/foo", 0x530d903au), (key.Name, key.KeyId));
        Assert.Equal(Vkey, key.ToString());
    }

    [Fact]
    public void The_note_verifies_and_is_written_alike()
    {
        Assert.True(VerifierKey.TryParse(Vkey, out var key));
        var bytes = Encoding.UTF8.GetBytes(Text + "\n" + Line);

        Assert.True(SignedNote.TryParse(bytes, out var note));
        Assert.Equal(Text, note.Text);
        Assert.Equal(NoteResult.Valid, note.Verify(key));
        Assert.Equal(bytes, note.ToBytes());
    }

    [Fact]
    public void The_note_with_another_text_does_not()
    {
        Assert.True(VerifierKey.TryParse(Vkey, out var key));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes("This is an example message!\n\n" + Line), out var note));
        Assert.Equal(NoteResult.BadSignature, note.Verify(key));
    }
}
