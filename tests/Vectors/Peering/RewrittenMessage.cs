using LiveLedger.Peering.Messages;

namespace LiveLedger.Vectors.Peering;

/// <summary>Reads a message and writes it again; null for one that cannot be read, or is of a later version.</summary>
internal static class RewrittenMessage
{
    public static byte[]? Of(byte[] message)
    {
        switch (PeerMessage.TryReadType(message, out var type) ? type : 0)
        {
            case PeerMessageType.Hello when Hello.TryRead(message, out var hello):
                return hello.ToMessage();
            case PeerMessageType.Proof when Proof.TryRead(message, out var signature):
                return Proof.ToMessage(signature);
            case PeerMessageType.Have when Have.TryRead(message, out var held):
                return Have.ToMessage(held);
            case PeerMessageType.Want when Want.TryRead(message, out var want):
                var asked = new byte[Want.MessageLength];
                return asked[..want.Write(asked)];
            case PeerMessageType.Chunks when ChunkRun.TryRead(message, out var run):
                var (bytes, statements) = (new List<byte>(), new List<byte>());
                for (var n = 0; n < run.Count; n++)
                {
                    bytes.AddRange(run[n]);
                    statements.AddRange(run.StatementOf(n));
                }

                var room = new byte[PeerMessage.MaxLength];
                return room[..ChunkRun.Write(room, run.Request, run.First, bytes.ToArray(), statements.ToArray())];
            case PeerMessageType.No when No.TryRead(message, out var no):
                return no.ToMessage();
            case PeerMessageType.Cancel when Cancel.TryRead(message, out var cancel):
                return cancel.ToMessage();
            case PeerMessageType.WantRecord when WantRecord.TryRead(message, out var record):
                return record.ToMessage();
            case PeerMessageType.WantInit when WantInit.TryRead(message, out var init):
                return init.ToMessage();
            case PeerMessageType.Piece when Piece.TryRead(message, out var piece):
                return Piece.ToMessage(piece.Request, piece.Total, piece.Offset, piece.Bytes);
            case PeerMessageType.Ping when Ping.TryRead(message, out var ping):
                return ping.ToMessage();
            case PeerMessageType.Pong when Pong.TryRead(message, out var pong):
                return pong.ToMessage();
            case PeerMessageType.Sending when Sending.TryRead(message, out var sending):
                return sending.ToMessage();
            case PeerMessageType.Bye when Bye.TryRead(message, out var bye):
                return bye.ToMessage();
            case PeerMessageType.Revoked when Revoked.TryRead(message, out var revoked):
                return revoked.ToMessage();
            case PeerMessageType.Receipted when Receipted.TryRead(message, out var receipted):
                return receipted.ToMessage();
            case PeerMessageType.Fraud when Fraud.TryRead(message, out var fraud):
                return fraud.ToMessage();
            default:
                return null;
        }
    }
}
