using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using static LiveLedger.Vectors.Logs.LogWorld;

namespace LiveLedger.Vectors.Logs;

/// <summary>Verifier keys, signed checkpoints and cosignatures, whole and altered.</summary>
internal static class NoteCases
{
    private static readonly string s_vkey = Log.VerifierKey.ToString();
    private static readonly string s_witness = Witnesses[0].Key.ToString();

    internal sealed record KeyCase(string Vkey, int Type, bool Taken);

    internal sealed record NoteCase(string Name, string Key, string Note, string Expected, string? Size, string? Root);

    internal sealed record CosignatureCase(string Name, string Key, string Note, string Expected, long? Time);

    internal static IEnumerable<KeyCase> Keys()
    {
        string[] texts =
        [
            s_vkey, s_witness, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
            "", "+", "a+b", s_vkey + " ", s_vkey + "A", s_vkey[..^1], s_vkey.ToUpperInvariant(),
            s_vkey.Replace("ledger.example/main", "ledger.example/mane"), s_vkey.Replace("ledger.example/main", "ledger example"),
            s_vkey.Replace("ledger.example/main", "ledger\u00a0example"), s_vkey.Replace("ledger.example/main", ""), s_vkey.Replace("ledger.example/main", "a+b"),
            // The neutral element, and a point that is not canonical: keys under which forgeries verify somewhere.
            Typed(1, 1, "low"), Typed(1, 0xee, "other"),
            new string('n', 257) + s_vkey[19..],
        ];
        foreach (var text in texts)
        {
            yield return new(text, 1, VerifierKey.TryParse(text, out _));
            yield return new(text, 4, CosignerKey.TryParse(text, out _));
        }
    }

    internal static IEnumerable<NoteCase> Notes()
    {
        var good = Text(Signed(300));
        var other = Text(Checkpoint(300).Sign(Log)).Replace(Origin, "ledger.example/mane", StringComparison.Ordinal);
        yield return Case("as signed", good);
        yield return Case("with three cosignatures", Text(Signed(300, Witnesses)));
        yield return Case("of the empty tree", Text(Checkpoint(0).Sign(Log)));
        yield return Case("another size", good.Replace("\n300\n", "\n301\n", StringComparison.Ordinal));
        yield return Case("another name under the signature", other);
        yield return Case("by an impostor's key", Text(Checkpoint(300).Sign(Impostor)));
        yield return Case("by another log", Text(new Checkpoint("ledger.example/other", Checkpoint(300).Head).Sign(OtherLog)));
        yield return Case("signed twice, once wrongly", good + good.Split('\n')[^2].Replace("=\n", "", StringComparison.Ordinal)[..^8] + "AAAAAAA=\n");
        yield return Case("a signature of another text", good + Line(SignedNote.Sign("other\n", Log)));
        yield return Case("another origin than the key's name", Text(SignedNote.Sign(Checkpoint(300).ToText().Replace("/main", "/mane", StringComparison.Ordinal), Log)));
        yield return Case("no checkpoint", Text(SignedNote.Sign("three\nlines\nof text\n", Log)));
        yield return Case("an extension line", Text(SignedNote.Sign(Checkpoint(300).ToText() + "more\n", Log)));
        yield return Case("a size with a zero before it", Text(SignedNote.Sign(Checkpoint(300).ToText().Replace("\n300\n", "\n0300\n", StringComparison.Ordinal), Log)));
        yield return Case("a size beyond the bound", Text(SignedNote.Sign(Checkpoint(300).ToText().Replace("\n300\n", "\n9223372036854775808\n", StringComparison.Ordinal), Log)));
        yield return Case("size 0 with a root", Text(SignedNote.Sign(Checkpoint(300).ToText().Replace("\n300\n", "\n0\n", StringComparison.Ordinal), Log)));
        yield return Case("a root of 31 bytes", Text(SignedNote.Sign($"{Origin}\n300\n{Convert.ToBase64String(new byte[31])}\n", Log)));
        yield return Case("nothing", "");
        yield return Case("no signature", Checkpoint(300).ToText() + "\n");
        yield return Case("no blank line", Checkpoint(300).ToText());
        yield return Case("no newline at the end", good[..^1]);
        yield return Case("a carriage return", good.Replace("\n300\n", "\r\n300\n", StringComparison.Ordinal));
        yield return Case("a hyphen for the dash", good.Replace("\u2014", "-", StringComparison.Ordinal));
        yield return Case("spare bits in a signature of another key", good + "\u2014 a AAAAAAB=\n");
        yield return Case("a signature of another key that is only an id", good + "\u2014 a AAAAAA==\n");
        yield return Case("a line of another key with a second space", good + "\u2014 a  AAAAAAA=\n");
        yield return Case("64 signatures", good + string.Concat(Enumerable.Repeat("\u2014 a AAAAAAA=\n", 63)));
        yield return Case("65 signatures", good + string.Concat(Enumerable.Repeat("\u2014 a AAAAAAA=\n", 64)));
        yield return Case("a blank line more", good + "\n");
    }

    internal static IEnumerable<CosignatureCase> Cosignatures()
    {
        var good = Text(Signed(300, Witnesses[0], Witnesses[1]));
        yield return Cosigned("as cosigned", good);
        yield return Cosigned("by others only", Text(Signed(300, Witnesses[1])));
        yield return Cosigned("by nobody", Text(Signed(300)));
        yield return Cosigned("of another tree", good.Replace("\n300\n", "\n301\n", StringComparison.Ordinal));
        yield return Cosigned("twice: the later time counts", Text(Signed(300).With([Witnesses[0].Cosign(Checkpoint(300), Time.AddHours(1)), Witnesses[0].Cosign(Checkpoint(300), Time)])));
        yield return Cosigned("twice, once wrongly", Text(Signed(300, Witnesses[0]).With([Witnesses[0].Cosign(Checkpoint(299), Time)])));
        yield return Cosigned("a log's signature in its name", Text(Signed(300).With([new(Witnesses[0].Key.Name, Witnesses[0].Key.KeyId, new byte[64])])));
        var late = Witnesses[0].Cosign(Checkpoint(300), Time).Signature.ToArray();
        late[0] = 0x7f;
        yield return Cosigned("a time past the year 9999", Text(Signed(300).With([new(Witnesses[0].Key.Name, Witnesses[0].Key.KeyId, late)])));
    }

    private static NoteCase Case(string name, string note)
    {
        var result = Transparency.Checkpoints.Checkpoint.Open(Utf8(note), Log.VerifierKey, out var checkpoint);
        return new(name, s_vkey, note, TreeCases.Name(result), checkpoint?.Head.Size.ToString(), checkpoint?.Head.Root.ToString());
    }

    private static CosignatureCase Cosigned(string name, string text)
    {
        Assert.True(SignedNote.TryParse(Utf8(text), out var note));
        var result = Cosignature.Verify(note, Witnesses[0].Key, out var time);
        return new(name, s_witness, text, TreeCases.Name(result), result == NoteResult.Valid ? time.ToUnixTimeSeconds() : null);
    }

    private static string Typed(byte type, byte first, string name)
    {
        var key = new byte[33];
        (key[0], key[1]) = (type, first);
        if (first == 0xee)
        {
            key.AsSpan(2).Fill(0xff);
            key[32] = 0x7f;
        }

        var id = System.Security.Cryptography.SHA256.HashData([.. Utf8(name), 0x0a, .. key]);
        return $"{name}+{Convert.ToHexStringLower(id.AsSpan(0, 4))}+{Convert.ToBase64String(key)}";
    }

    private static string Line(SignedNote note) => note.Signatures[0].ToLine();

    private static string Text(SignedNote note) => System.Text.Encoding.UTF8.GetString(note.ToBytes());
}
