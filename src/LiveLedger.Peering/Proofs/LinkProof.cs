using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;

namespace LiveLedger.Peering.Proofs;

/// <summary>The side of a link.</summary>
public enum LinkSide : byte
{
    /// <summary>Made the offer, or opened the WebSocket.</summary>
    Offerer = 0,

    /// <summary>Answered it.</summary>
    Answerer = 1,
}

/// <summary>What one side brings to a link.</summary>
/// <param name="Key">Its admission's key.</param>
/// <param name="Nonce">Its nonce of this link.</param>
public readonly record struct LinkParty(Ed25519PublicKey Key, Nonce Nonce);

/// <summary>
/// Each side's proof to the other that its key is its own and that nobody stands between (docs/formats/peer-proofs.md). Both sign the same facts but for the side, so that
/// a proof sent back to its maker is none.
/// </summary>
/// <param name="Broadcast">The swarm.</param>
/// <param name="Offerer">Who offered.</param>
/// <param name="Answerer">Who answered.</param>
/// <param name="Channel">The channel, as this side sees it.</param>
public readonly record struct LinkProof(BroadcastId Broadcast, LinkParty Offerer, LinkParty Answerer, ChannelBinding Channel)
{
    private static ReadOnlySpan<byte> Tag => "liveledger peer link v1\n"u8;

    /// <summary>What a side signs.</summary>
    public byte[] Bytes(LinkSide side)
    {
        var bytes = new SignedBytes(Tag, 1 + BroadcastId.Length + 4 * 32 + 1 + 2 * 32);
        bytes.Add((byte)side);
        bytes.Add(Broadcast);
        bytes.Add(Offerer.Key.Value);
        bytes.Add(Answerer.Key.Value);
        bytes.Add(Offerer.Nonce.Value);
        bytes.Add(Answerer.Nonce.Value);
        bytes.Add(Channel.Kind);
        bytes.Add(Channel.Offerer);
        bytes.Add(Channel.Answerer);
        return bytes.ToArray();
    }

    /// <summary>Makes a side's proof, 64 bytes.</summary>
    public byte[] Sign(LinkSide side, Ed25519PrivateKey key)
    {
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(Bytes(side), signature);
        return signature;
    }

    /// <summary>True if the proof is that side's, of this link. Two ends with one key are one peer talking to itself, and no link.</summary>
    public bool Verify(LinkSide side, ReadOnlySpan<byte> proof) =>
        Offerer.Key != Answerer.Key && (side == LinkSide.Offerer ? Offerer : Answerer).Key.Verify(Bytes(side), proof);
}
