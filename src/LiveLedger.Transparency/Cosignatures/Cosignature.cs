using System.Buffers.Binary;
using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Cosignatures;

/// <summary>A witness's signature line under a checkpoint (tlog-cosignature, Ed25519).</summary>
public static class Cosignature
{
    /// <summary>Bytes after the key id: the time, and an Ed25519 signature.</summary>
    public const int Length = sizeof(long) + Ed25519PublicKey.SignatureLength;

    // The end of the year 9999. The format goes further; nobody who signs today does.
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>Asks whether this witness cosigned the note, and when. Lines by other names or key ids are passed over.</summary>
    /// <param name="note">A signed checkpoint, taken apart.</param>
    /// <param name="key">The witness's key.</param>
    /// <param name="time">If valid, when; of several, the latest.</param>
    public static NoteResult Verify(SignedNote note, CosignerKey key, out DateTimeOffset time)
    {
        time = default;
        var result = NoteResult.NotSigned;
        foreach (var signature in note.Signatures)
        {
            if (signature.Name != key.Name || signature.KeyId != key.KeyId)
            {
                continue;
            }

            // Every line that claims the key must be right (signed-note): a second, wrong one is somebody's tampering.
            if (signature.Signature.Length != Length
                || BinaryPrimitives.ReadInt64BigEndian(signature.Signature.Span) is not (>= 0 and <= MaxSeconds and var seconds)
                || !key.Key.Verify(Message(seconds, note.Text), signature.Signature.Span[sizeof(long)..]))
            {
                time = default;
                return NoteResult.BadSignature;
            }

            var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
            time = at > time ? at : time;
            result = NoteResult.Valid;
        }

        return result;
    }

    // tlog-cosignature, "Ed25519 signed message". It names neither the witness nor its key.
    internal static byte[] Message(long seconds, string text) => Encoding.UTF8.GetBytes($"cosignature/v1\ntime {seconds}\n{text}");
}
