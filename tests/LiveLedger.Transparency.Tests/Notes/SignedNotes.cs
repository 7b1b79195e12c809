using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Tests.Notes;

public sealed class SignedNotes : IDisposable
{
    private const string Text = "ledger.example/main\n7\nzero\n";
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey _other = Ed25519PrivateKey.Generate();

    private NoteSigner Signer => new("ledger.example/main", _key);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_signed_note_is_read_back_and_verifies()
    {
        var bytes = SignedNote.Sign(Text, Signer).ToBytes();
        Assert.True(SignedNote.TryParse(bytes, out var note));
        Assert.Equal(Text, note.Text);
        Assert.Equal(NoteResult.Valid, note.Verify(Signer.VerifierKey));
        Assert.Equal(bytes, note.ToBytes());
    }

    [Fact]
    public void Any_changed_byte_is_found()
    {
        var bytes = SignedNote.Sign(Text, Signer).ToBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var mask in (byte[])[0x01, 0x20, 0x80])
            {
                var changed = bytes.ToArray();
                changed[i] ^= mask;
                Assert.False(SignedNote.TryParse(changed, out var note) && note.Verify(Signer.VerifierKey) == NoteResult.Valid, $"byte {i} ^ {mask:x2}");
            }
        }
    }

    [Fact]
    public void Signatures_of_unknown_keys_are_passed_over()
    {
        var note = Parse(SignedNote.Sign(Text, new NoteSigner("witness.example", _other), Signer).ToBytes());
        Assert.Equal(NoteResult.Valid, note.Verify(Signer.VerifierKey));
        Assert.Equal(2, note.Signatures.Count);

        var foreign = Parse(SignedNote.Sign(Text, new NoteSigner("witness.example", _other)).ToBytes());
        Assert.Equal(NoteResult.NotSigned, foreign.Verify(Signer.VerifierKey));
    }

    [Fact]
    public void The_same_key_under_another_name_is_another_key()
        => Assert.Equal(NoteResult.NotSigned, SignedNote.Sign(Text, new NoteSigner("ledger.example/other", _key)).Verify(Signer.VerifierKey));

    [Fact]
    public void A_second_signature_that_claims_the_key_and_is_wrong_spoils_the_note()
    {
        var good = Encoding.UTF8.GetString(SignedNote.Sign(Text, Signer).ToBytes());
        var wrong = Encoding.UTF8.GetString(SignedNote.Sign("other\n", Signer).ToBytes()).Split('\n')[^2];
        Assert.Equal(NoteResult.BadSignature, Parse(Encoding.UTF8.GetBytes(good + wrong + "\n")).Verify(Signer.VerifierKey));
    }

    [Fact]
    public void A_text_may_hold_blank_lines_because_the_last_one_divides()
    {
        const string Blank = "a\n\nb\n\n\nc\n";
        var note = Parse(SignedNote.Sign(Blank, Signer).ToBytes());
        Assert.Equal(Blank, note.Text);
        Assert.Equal(NoteResult.Valid, note.Verify(Signer.VerifierKey));
    }

    [Fact]
    public void Sixteen_signatures_of_post_quantum_length_fit_and_sixty_five_do_not()
    {
        var line = $"\u2014 pq.example {Convert.ToBase64String(new byte[4 + 8 + 2420])}\n";
        Assert.Equal(16, Parse(Note(string.Concat(Enumerable.Repeat(line, 16)))).Signatures.Count);

        const string Small = "\u2014 a AAAAAAA=\n";
        Assert.Equal(64, Parse(Note(string.Concat(Enumerable.Repeat(Small, 64)))).Signatures.Count);
        Assert.False(SignedNote.TryParse(Note(string.Concat(Enumerable.Repeat(Small, 65))), out _));
    }

    [Fact]
    public void A_note_longer_than_the_bound_is_neither_written_nor_read()
    {
        var text = new string('x', SignedNote.MaxLength) + "\n";
        Assert.Throws<ArgumentException>(() => SignedNote.Sign(text, Signer));
        Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes($"{text}\n\u2014 a AAAAAAA=\n"), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no newline")]
    [InlineData("tab\there\n")]
    [InlineData("return\r\n")]
    [InlineData("nul\0\n")]
    public void A_text_that_cannot_be_a_notes_is_not_signed(string text)
        => Assert.Throws<ArgumentException>(() => SignedNote.Sign(text, Signer));

    [Fact]
    public void Half_a_surrogate_pair_is_not_signed() => Assert.Throws<ArgumentException>(() => SignedNote.Sign("half \ud800\n", Signer));

    [Theory]
    [InlineData("")]
    [InlineData("\u2014 a AAAAAAA=")]
    [InlineData("- a AAAAAAA=\n")]
    [InlineData("\u2014a AAAAAAA=\n")]
    [InlineData("\u2014  AAAAAAA=\n")]
    [InlineData("\u2014 a\n")]
    [InlineData("\u2014 a \n")]
    [InlineData("\u2014 a AAAAAAA\n")]
    [InlineData("\u2014 a AAAAAAB=\n")]
    [InlineData("\u2014 a AAAAAA==\n")]
    [InlineData("\u2014 a AAAA AAA=\n")]
    [InlineData("\u2014 a AAAAAAA=\r\n")]
    [InlineData("\u2014 a+b AAAAAAA=\n")]
    [InlineData("\u2014 a\u00a0b AAAAAAA=\n")]
    [InlineData("\u2014 a AAAAAAA=\n\u2014 b\n")]
    [InlineData("\u2014 a AAAAAAA=\n\n")]
    public void A_signature_line_in_any_other_form_is_refused(string lines) => Assert.False(SignedNote.TryParse(Note(lines), out _));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        Assert.False(SignedNote.TryParse([0xff, .. "\n\n"u8, .. "\u2014 a AAAAAAA=\n"u8], out _));
        Assert.False(SignedNote.TryParse([.. "a\n\n\u2014 "u8, 0xc0, 0x80, .. " AAAAAAA=\n"u8], out _));
        Assert.False(SignedNote.TryParse([], out _));
        Assert.False(SignedNote.TryParse("\n\n"u8, out _));
    }

    private static byte[] Note(string lines) => Encoding.UTF8.GetBytes("text\n\n" + lines);

    private static SignedNote Parse(byte[] bytes)
    {
        Assert.True(SignedNote.TryParse(bytes, out var note));
        return note;
    }
}
