using System.Buffers.Binary;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Cosignatures;

/// <summary>A witness's named private key. It does not own the key: whoever made that disposes it.</summary>
public sealed class Cosigner(string name, Ed25519PrivateKey key)
{
    /// <summary>What others verify with.</summary>
    public CosignerKey Key { get; } = CosignerKey.Of(name, key.PublicKey);

    /// <summary>
    /// States that at this time the checkpoint is the largest tree seen of its log. The caller's duty, which no format can enforce: it extends every
    /// one cosigned before, and that is on disk before the result leaves the process.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970.</exception>
    public NoteSignature Cosign(Checkpoint checkpoint, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(time));

        // tlog-cosignature: 8 bytes of time, big-endian, then the signature.
        var signature = new byte[Cosignature.Length];
        BinaryPrimitives.WriteInt64BigEndian(signature, seconds);
        key.Sign(Cosignature.Message(seconds, checkpoint.ToText()), signature.AsSpan(sizeof(long)));
        return new(Key.Name, Key.KeyId, signature);
    }
}
