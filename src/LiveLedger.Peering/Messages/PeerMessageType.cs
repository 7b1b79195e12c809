namespace LiveLedger.Peering.Messages;

/// <summary>The first byte of a message (docs/formats/peer-messages.md).</summary>
public enum PeerMessageType : byte
{
    /// <summary><see cref="Messages.Hello"/>.</summary>
    Hello = 1,

    /// <summary><see cref="Messages.Proof"/>.</summary>
    Proof = 2,

    /// <summary><see cref="Messages.Have"/>.</summary>
    Have = 3,

    /// <summary><see cref="Messages.Want"/>.</summary>
    Want = 4,

    /// <summary><see cref="Messages.ChunkRun"/>.</summary>
    Chunks = 5,

    /// <summary><see cref="Messages.No"/>.</summary>
    No = 6,

    /// <summary><see cref="Messages.Cancel"/>.</summary>
    Cancel = 7,

    /// <summary><see cref="Messages.WantRecord"/>.</summary>
    WantRecord = 8,

    /// <summary><see cref="Messages.WantInit"/>.</summary>
    WantInit = 9,

    /// <summary><see cref="Messages.Piece"/>.</summary>
    Piece = 10,

    /// <summary><see cref="Messages.Ping"/>.</summary>
    Ping = 11,

    /// <summary><see cref="Messages.Pong"/>.</summary>
    Pong = 12,

    /// <summary><see cref="Messages.Sending"/>.</summary>
    Sending = 13,

    /// <summary><see cref="Messages.Bye"/>.</summary>
    Bye = 14,

    /// <summary><see cref="Messages.Revoked"/>.</summary>
    Revoked = 15,

    /// <summary><see cref="Messages.Receipted"/>.</summary>
    Receipted = 16,

    /// <summary><see cref="Messages.Fraud"/>.</summary>
    Fraud = 17,
}
