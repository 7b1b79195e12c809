using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Proofs;

/// <summary>
/// All that speaks for one entry, in one text that is checked offline (C2SP tlog-proof): its index, the hashes up to the root, and the
/// checkpoint that signs the root. The entry itself is not in it.
/// </summary>
public sealed class TlogProof
{
    /// <summary>What such a file's name ends in.</summary>
    public const string Extension = ".tlog-proof";

    /// <summary>Longest proof read, in bytes: the longest note, the most hashes, and as much extra data again.</summary>
    public const int MaxLength = 2 * SignedNote.MaxLength;

    private const string Header = "c2sp.org/tlog-proof@v1\n";
    private const string ExtraStart = "extra ";
    private const string IndexStart = "index ";

    private TlogProof(LedgerIndex index, ImmutableArray<Bytes32> hashes, ReadOnlyMemory<byte> note, ReadOnlyMemory<byte> extra) =>
        (Index, Hashes, Note, Extra) = (index, hashes, note, extra);

    /// <summary>Where the entry stands.</summary>
    public LedgerIndex Index { get; }

    /// <summary>Siblings on the way from the leaf to the root.</summary>
    public ImmutableArray<Bytes32> Hashes { get; }

    /// <summary>The checkpoint as signed and cosigned, byte for byte.</summary>
    public ReadOnlyMemory<byte> Note { get; }

    /// <summary>Data that nobody has signed; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Extra { get; }

    /// <summary>Puts a proof and the checkpoint of the tree it is about together. Whether they fit is for <see cref="Verify"/> to say.</summary>
    public static TlogProof Of(InclusionProof proof, ReadOnlyMemory<byte> note) => new(proof.Index, proof.Hashes, note, default);

    /// <summary>Takes a proof from outside apart; whatever is read is written again to the same bytes. Nothing in it may be believed before <see cref="Verify"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TlogProof? proof)
    {
        proof = null;

        // tlog-proof: the first empty line ends the proof; the checkpoint's own empty line is further down.
        var split = bytes.Length > MaxLength ? -1 : bytes.IndexOf("\n\n"u8);
        if (split < 0 || !Ascii.IsValid(bytes[..split]))
        {
            return false;
        }

        var lines = (ReadOnlySpan<char>)Encoding.ASCII.GetString(bytes[..(split + 1)]);
        if (!lines.StartsWith(Header))
        {
            return false;
        }

        lines = lines[Header.Length..];
        byte[] extra = [];
        if (lines.StartsWith(ExtraStart)
            && (!StrictBase64.TryDecode(TakeLine(ref lines)[ExtraStart.Length..], out extra) || extra.Length == 0))
        {
            return false;
        }

        if (!lines.StartsWith(IndexStart) || !LedgerIndex.TryParse(TakeLine(ref lines)[IndexStart.Length..], out var index))
        {
            return false;
        }

        var hashes = ImmutableArray.CreateBuilder<Bytes32>();
        while (!lines.IsEmpty)
        {
            if (hashes.Count == InclusionProof.MaxHashes || !StrictBase64.TryDecode(TakeLine(ref lines), out var hash) || hash.Length != Bytes32.Length)
            {
                return false;
            }

            hashes.Add(new(hash));
        }

        var note = bytes[(split + 2)..].ToArray();
        if (note.Length is 0 or > SignedNote.MaxLength)
        {
            return false;
        }

        proof = new(index, hashes.ToImmutable(), note, extra);
        return true;
    }

    /// <summary>Asks whether the log with this key signed a tree in which <paramref name="leaf"/> stands at <see cref="Index"/>.</summary>
    /// <param name="leaf">The leaf of the entry's bytes, hashed by the caller.</param>
    /// <param name="key">The log's key; its name is the origin asked for.</param>
    /// <param name="checkpoint">The checkpoint, if and only if the result is valid.</param>
    public TlogProofResult Verify(LeafHash leaf, VerifierKey key, out Checkpoint? checkpoint)
    {
        var opened = Checkpoint.Open(Note.Span, key, out checkpoint);
        if (opened != CheckpointResult.Valid)
        {
            return new(opened, ProofResult.Unknown);
        }

        // Cannot fail: neither way to make one of us takes more hashes.
        _ = InclusionProof.TryCreate(Index, checkpoint!.Head.Size, Hashes, out var inclusion);
        var result = new TlogProofResult(opened, inclusion!.Verify(leaf, checkpoint.Head.Root));
        checkpoint = result.IsValid ? checkpoint : null;
        return result;
    }

    /// <summary>The text's bytes.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Header);
        if (!Extra.IsEmpty)
        {
            text.Append(ExtraStart).Append(StrictBase64.Encode(Extra.Span)).Append('\n');
        }

        text.Append(IndexStart).Append(Index).Append('\n');
        foreach (var hash in Hashes)
        {
            text.Append(StrictBase64.Encode(hash.ToArray())).Append('\n');
        }

        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Note.Span];
    }

    // The text ends in a newline, so there is one as long as there is text.
    private static ReadOnlySpan<char> TakeLine(ref ReadOnlySpan<char> lines)
    {
        var end = lines.IndexOf('\n');
        var line = lines[..end];
        lines = lines[(end + 1)..];
        return line;
    }
}
