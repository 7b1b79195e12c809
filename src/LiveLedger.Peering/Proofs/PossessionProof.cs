using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;

namespace LiveLedger.Peering.Proofs;

/// <summary>
/// A peer's proof to the platform that a key is its own (docs/formats/peer-proofs.md): when it asks for an admission, and when it joins a tracker with one. Each
/// has a domain tag of its own, so none is ever taken for another, nor for a token, a record or a checkpoint.
/// </summary>
public static class PossessionProof
{
    private const int MaxTextLength = 8192;

    private static ReadOnlySpan<byte> RequestTag => "liveledger admission request v1\n"u8;

    private static ReadOnlySpan<byte> JoinTag => "liveledger swarm join v1\n"u8;

    /// <summary>What is signed to ask for an admission: who is asked, for what, and when.</summary>
    /// <param name="issuer">The platform: a proof made for one is nothing to another.</param>
    /// <param name="broadcast">The broadcast.</param>
    /// <param name="key">The peer's key.</param>
    /// <param name="at">The time, carried in whole milliseconds.</param>
    /// <param name="nonce">New for each request; the platform takes none twice.</param>
    public static byte[] RequestBytes(string issuer, BroadcastId broadcast, Ed25519PublicKey key, DateTimeOffset at, Nonce nonce)
    {
        var bytes = new SignedBytes(RequestTag, 32 + BroadcastId.Length + 32 + 8 + Nonce.Length);
        bytes.Add(HashOf(issuer));
        bytes.Add(broadcast);
        bytes.Add(key.Value);
        bytes.Add((ulong)at.ToUnixTimeMilliseconds());
        bytes.Add(nonce.Value);
        return bytes.ToArray();
    }

    /// <summary>What is signed to join: this tracker, its nonce, and the admission that is shown.</summary>
    /// <param name="tracker">Its address as the admission has it.</param>
    /// <param name="nonce">The tracker's, new for each connection.</param>
    /// <param name="admission">The token.</param>
    public static byte[] JoinBytes(Uri tracker, Nonce nonce, string admission)
    {
        var bytes = new SignedBytes(JoinTag, 3 * 32);
        bytes.Add(HashOf(tracker.AbsoluteUri));
        bytes.Add(nonce.Value);
        bytes.Add(HashOf(admission));
        return bytes.ToArray();
    }

    private static Cryptography.Bytes32 HashOf(string text)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, MaxTextLength);
        return new(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
