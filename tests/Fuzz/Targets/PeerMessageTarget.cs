using LiveLedger.Cryptography;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;
using LiveLedger.Vectors.Peering;

namespace LiveLedger.Fuzz.Targets;

/// <summary>What a peer sends: every message that is read has one form, and no number in it is beyond its bounds.</summary>
internal static class PeerMessageTarget
{
    private static readonly SegmentName s_segment = new(new(0x0123456789abcdef), 1, 2);

    public static FuzzTarget Create() => new("peer-messages", [.. Seeds()], Read);

    private static IEnumerable<byte[]> Seeds()
    {
        var room = new byte[PeerMessage.MaxLength];
        yield return new Hello(new Nonce(new Bytes32(new byte[32])), "a.b.c").ToMessage();
        yield return Proof.ToMessage(new byte[64]);
        yield return Have.ToMessage([new(s_segment, 20, Holding.Some, new byte[] { 0x80, 0x01, 0x10 }), new(s_segment, 3, Holding.All, default), new(s_segment, 1, Holding.None, default)]);
        yield return room[..new Want(new(1), s_segment, 3, 9).Write(room)];
        // Short ones, so that mutation reaches their heads.
        yield return room[..ChunkRun.Write(room, new(1), 3, new byte[40], new byte[64])];
        yield return room[..ChunkRun.Write(room, new(1), 3, new byte[16_384 + 5], new byte[128])];
        yield return new No(new(1), NoReason.Absent).ToMessage();
        yield return new Cancel(new(1)).ToMessage();
        yield return new WantRecord(new(1), s_segment).ToMessage();
        yield return new WantInit(new(1), default).ToMessage();
        yield return Piece.ToMessage(new(1), 100, 20, new byte[30]);
        yield return new Ping(7).ToMessage();
        yield return new Pong(7).ToMessage();
        yield return new Sending(true).ToMessage();
        yield return new Bye(ByeReason.Full).ToMessage();
        yield return new Revoked("a.b.c").ToMessage();
        yield return new Receipted(new byte[40]).ToMessage();
        yield return new Fraud(new byte[40]).ToMessage();
    }

    private static void Read(ReadOnlySpan<byte> input)
    {
        var message = input.ToArray();
        if (RewrittenMessage.Of(message) is { } again && !input.SequenceEqual(again))
        {
            throw new FuzzException("a message has two forms");
        }

        if (Want.TryRead(message, out var want) && (want.Count is < 1 or > Want.MaxCount || want.First + want.Count > 4096))
        {
            throw new FuzzException("a request for more than there can be");
        }

        if (ChunkRun.TryRead(message, out var run))
        {
            for (var n = 0; n < run.Count; n++)
            {
                if (run[n].Length is 0 or > 16_384 || (n < run.Count - 1 && run[n].Length != 16_384))
                {
                    throw new FuzzException("a chunk that can be none");
                }
            }
        }

        if (Piece.TryRead(message, out var piece) && (piece.Bytes.IsEmpty || piece.Offset + piece.Bytes.Length > piece.Total || piece.Total > Piece.MaxTotal))
        {
            throw new FuzzException("a piece beyond its whole");
        }

        if (Have.TryRead(message, out var held) && held.Any(static h => h.Chunks is < 1 or > 4096 || h.Has(h.Chunks) || h.Has(-1)))
        {
            throw new FuzzException("a chunk that its segment has not");
        }
    }
}
