using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Witnesses;

/// <summary>What a log asks of a witness (tlog-witness, <c>add-checkpoint</c>): to cosign a checkpoint that extends the one it cosigned last.</summary>
/// <param name="Old">Size of the tree that the witness is thought to have cosigned last.</param>
/// <param name="Proof">The consistency proof from there.</param>
/// <param name="Note">The signed checkpoint, as sent: not believed, not even taken apart.</param>
public sealed record AddCheckpointRequest(TreeSize Old, ImmutableArray<Bytes32> Proof, ReadOnlyMemory<byte> Note)
{
    /// <summary>tlog-witness: the client sends no more lines of proof than these.</summary>
    public const int MaxProof = 63;

    /// <summary>Longest body read: the old size, each line of proof, and a note.</summary>
    public const int MaxLength = 32 + (MaxProof * 45) + SignedNote.MaxLength;

    /// <summary>Media type of the size that a witness answers with when <see cref="Old"/> is not its own.</summary>
    public const string SizeMediaType = "text/x.tlog.size";

    /// <summary>Takes a body from outside.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AddCheckpointRequest? request)
    {
        request = null;

        // No line before the note is empty, so the first empty one ends them.
        var end = body.IndexOf("\n\n"u8);
        if (end < 0 || body.Length > MaxLength || body.Length == end + 2 || !Ascii.IsValid(body[..end]))
        {
            return false;
        }

        var lines = Encoding.ASCII.GetString(body[..end]).Split('\n');
        if (lines.Length > 1 + MaxProof || !lines[0].StartsWith("old ", StringComparison.Ordinal) || !TreeSize.TryParse(lines[0].AsSpan(4), out var old))
        {
            return false;
        }

        var proof = ImmutableArray.CreateBuilder<Bytes32>(lines.Length - 1);
        foreach (var line in lines.AsSpan(1))
        {
            if (!StrictBase64.TryDecode(line, out var hash) || hash.Length != Bytes32.Length)
            {
                return false;
            }

            proof.Add(new(hash));
        }

        request = new(old, proof.MoveToImmutable(), body[(end + 2)..].ToArray());
        return true;
    }

    /// <summary>The body to send.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder($"old {Old}\n");
        foreach (var hash in Proof)
        {
            head.Append(StrictBase64.Encode(hash.ToArray())).Append('\n');
        }

        return [.. Encoding.ASCII.GetBytes(head.Append('\n').ToString()), .. Note.Span];
    }
}
