using System.Buffers.Binary;
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

    private const int KeyIdLength = 4;
    private const string LineStart = "\u2014 ";

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
        if (bytes.Length > MaxLength || split < 0 || bytes[^1] != '\n' || !IsText(bytes[..(split + 1)]) || !Utf8.IsValid(bytes[(split + 2)..]))
        {
            return false;
        }

        var lines = Encoding.UTF8.GetString(bytes[(split + 2)..]).AsSpan();
        var signatures = new List<NoteSignature>();
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf('\n');
            if (end < 0 || signatures.Count == MaxSignatures || !TryParseLine(lines[..end], out var signature))
            {
                return false;
            }

            signatures.Add(signature);
            lines = lines[(end + 1)..];
        }

        note = signatures.Count > 0 ? new(bytes[..(split + 1)].ToArray(), signatures) : null;
        return note is not null;
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
        Span<byte> id = stackalloc byte[KeyIdLength];
        foreach (var signature in Signatures)
        {
            BinaryPrimitives.WriteUInt32BigEndian(id, signature.KeyId);
            note.Append(LineStart).Append(signature.Name).Append(' ')
                .Append(StrictBase64.Encode([.. id, .. signature.Signature.Span])).Append('\n');
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

    private static bool TryParseLine(ReadOnlySpan<char> line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(LineStart, StringComparison.Ordinal))
        {
            return false;
        }

        line = line[LineStart.Length..];
        var space = line.IndexOf(' ');
        if (space < 0 || !KeyName.IsValid(line[..space]) || !StrictBase64.TryDecode(line[(space + 1)..], out var bytes) || bytes.Length <= KeyIdLength)
        {
            return false;
        }

        signature = new(line[..space].ToString(), BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(KeyIdLength));
        return true;
    }
}
