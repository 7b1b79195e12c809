using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace LiveLedger.Transparency.Notes;

/// <summary>A text with signatures under it (C2SP signed-note).</summary>
public sealed class SignedNote
{
    /// <summary>Longest note read or written, in bytes. A post-quantum signature is about 5,000.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Most signatures on a note.</summary>
    public const int MaxSignatures = 64;

    private readonly byte[] _text;

    private SignedNote(byte[] text, IReadOnlyList<NoteSignature> signatures)
    {
        _text = text;
        Text = Encoding.UTF8.GetString(text);
        Signatures = signatures;
    }

    /// <summary>The signed text, with its final newline.</summary>
    public string Text { get; }

    /// <summary>The signature lines in order, of known and unknown keys.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Signs a text that ends in a newline.</summary>
    /// <exception cref="ArgumentException">The text cannot be a note's, there is no signer, or the note is too long.</exception>
    public static SignedNote Sign(string text, params ReadOnlySpan<NoteSigner> signers)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!IsText(bytes) || Encoding.UTF8.GetString(bytes) != text)
        {
            throw new ArgumentException("a note's text ends in a newline and has no other control characters", nameof(text));
        }

        if (signers.Length is 0 or > MaxSignatures)
        {
            throw new ArgumentException($"a note has 1 to {MaxSignatures} signatures", nameof(signers));
        }

        var signatures = new List<NoteSignature>();
        foreach (var signer in signers)
        {
            signatures.Add(signer.Sign(bytes));
        }

        var note = new SignedNote(bytes, signatures);
        return note.ToBytes().Length <= MaxLength ? note : throw new ArgumentException($"a note has at most {MaxLength} bytes", nameof(text));
    }

    /// <summary>Takes a note from outside apart. Nothing in it may be believed before <see cref="Verify"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedNote? note)
    {
        note = null;

        // signed-note: the text ends at the last blank line, so a text may hold blank lines of its own.
        var split = bytes.LastIndexOf("\n\n"u8);
        if (bytes.Length > MaxLength || split < 0 || bytes[^1] != '\n' || !IsText(bytes[..(split + 1)])
            || !NoteSignature.TryParseLines(bytes[(split + 2)..], out var signatures))
        {
            return false;
        }

        note = new(bytes[..(split + 1)].ToArray(), signatures);
        return true;
    }

    /// <summary>The same text with further signatures under it, which are not checked here: those of witnesses.</summary>
    /// <exception cref="ArgumentException">They are too many, or the note becomes too long.</exception>
    public SignedNote With(IEnumerable<NoteSignature> signatures)
    {
        var note = new SignedNote(_text, [.. Signatures, .. signatures]);
        return note.Signatures.Count <= MaxSignatures && note.ToBytes().Length <= MaxLength
            ? note
            : throw new ArgumentException($"a note has at most {MaxSignatures} signatures and {MaxLength} bytes", nameof(signatures));
    }

    /// <summary>The same text with some of its signatures only.</summary>
    /// <exception cref="ArgumentException">None would be left.</exception>
    public SignedNote Keeping(Func<NoteSignature, bool> which)
    {
        NoteSignature[] kept = [.. Signatures.Where(which)];
        return kept.Length > 0 ? new(_text, kept) : throw new ArgumentException("a note has a signature", nameof(which));
    }

    /// <summary>Asks whether <paramref name="key"/> signed the text. Signatures by other names or key ids are passed over.</summary>
    public NoteResult Verify(VerifierKey key)
    {
        var result = NoteResult.NotSigned;
        foreach (var signature in Signatures)
        {
            if (signature.Name == key.Name && signature.KeyId == key.KeyId)
            {
                // Every line that claims the key must be right: a second, wrong one is somebody's tampering.
                if (!key.Key.Verify(_text, signature.Signature.Span))
                {
                    return NoteResult.BadSignature;
                }

                result = NoteResult.Valid;
            }
        }

        return result;
    }

    /// <summary>The note's bytes.</summary>
    public byte[] ToBytes()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
        {
            note.Append(signature.ToLine());
        }

        return Encoding.UTF8.GetBytes(note.ToString());
    }

    private static bool IsText(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[^1] != '\n' || !Utf8.IsValid(text))
        {
            return false;
        }

        foreach (var b in text)
        {
            if (b < 0x20 && b != '\n')
            {
                return false;
            }
        }

        return true;
    }
}
