using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace LiveLedger.Transparency.Notes;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's id.</param>
/// <param name="Signature">What follows the key id: for an Ed25519 key 64 bytes, for other types what they define.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    private const int KeyIdLength = 4;
    private const string LineStart = "\u2014 ";

    /// <summary>The line, with its newline.</summary>
    public string ToLine()
    {
        Span<byte> id = stackalloc byte[KeyIdLength];
        BinaryPrimitives.WriteUInt32BigEndian(id, KeyId);
        return $"{LineStart}{Name} {StrictBase64.Encode([.. id, .. Signature.Span])}\n";
    }

    /// <summary>Takes signature lines from outside, one at least and at most <see cref="SignedNote.MaxSignatures"/>, each with its newline: the end of a note, or a witness's answer.</summary>
    public static bool TryParseLines(ReadOnlySpan<byte> bytes, out IReadOnlyList<NoteSignature> signatures)
    {
        var read = new List<NoteSignature>();
        signatures = read;
        if (bytes.Length > SignedNote.MaxLength || !Utf8.IsValid(bytes))
        {
            return false;
        }

        var lines = Encoding.UTF8.GetString(bytes).AsSpan();
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf('\n');
            if (end < 0 || read.Count == SignedNote.MaxSignatures || !TryParseLine(lines[..end], out var signature))
            {
                return false;
            }

            read.Add(signature);
            lines = lines[(end + 1)..];
        }

        return read.Count > 0;
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
