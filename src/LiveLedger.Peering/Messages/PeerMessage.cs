namespace LiveLedger.Peering.Messages;

/// <summary>One message: a data channel's, or a WebSocket's, of its own. A peer that sends one that cannot be read is cut off.</summary>
public static class PeerMessage
{
    /// <summary>The version that <see cref="Hello"/> names.</summary>
    public const byte Version = 2;

    /// <summary>Longest message in bytes: four chunks, what is stated of each, and what stands before them.</summary>
    public const int MaxLength = 4 * (Cryptography.Ed25519.Ed25519PublicKey.SignatureLength + sizeof(ushort) + Media.Chunks.ChunkTree.ChunkSize) + 7;

    /// <summary>From here on types are of later versions, and passed over by who does not know them.</summary>
    public const byte FirstOptional = 64;

    /// <summary>The type; false for nothing, for too much, and for a type that no version has.</summary>
    public static bool TryReadType(ReadOnlySpan<byte> message, out PeerMessageType type)
    {
        type = default;
        if (message.Length is < 1 or > MaxLength || (message[0] < FirstOptional && !Enum.IsDefined((PeerMessageType)message[0])))
        {
            return false;
        }

        type = (PeerMessageType)message[0];
        return true;
    }
}
