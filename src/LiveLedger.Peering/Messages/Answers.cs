using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Peering.Messages;

/// <summary>
/// Chunks of a segment as they are asked for, up to four in a message, each behind what its sender states of it. Each is hashed by who takes it before anything else is done with it.
/// </summary>
public readonly ref struct ChunkRun
{
    /// <summary>Most chunks of a message.</summary>
    public const int MaxCount = 4;

    /// <summary>Bytes of a statement.</summary>
    public const int StatementLength = Ed25519PublicKey.SignatureLength;

    private const int HeadLength = 1 + 4 + 2;
    private const int BeforeChunk = StatementLength + sizeof(ushort);

    private readonly ReadOnlySpan<byte> _chunks;

    private ChunkRun(RequestId request, int first, int count, ReadOnlySpan<byte> chunks)
    {
        (Request, First, Count) = (request, first, count);
        _chunks = chunks;
    }

    /// <summary>The request that it answers.</summary>
    public RequestId Request { get; }

    /// <summary>Index of the first chunk.</summary>
    public int First { get; }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The bytes of chunk <see cref="First"/> + <paramref name="n"/>.</summary>
    public ReadOnlySpan<byte> this[int n]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(n);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(n, Count);
            // All but the last are full.
            var rest = _chunks[(n * (BeforeChunk + ChunkTree.ChunkSize) + BeforeChunk)..];
            return rest.Length > ChunkTree.ChunkSize ? rest[..ChunkTree.ChunkSize] : rest;
        }
    }

    /// <summary>The signature of the <see cref="Statements.ChunkStatement"/> of chunk <see cref="First"/> + <paramref name="n"/>. Nothing says that it is good.</summary>
    public ReadOnlySpan<byte> StatementOf(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(n, Count);
        return _chunks.Slice(n * (BeforeChunk + ChunkTree.ChunkSize), StatementLength);
    }

    /// <summary>Reads a whole message, copying nothing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ChunkRun run)
    {
        run = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Chunks || !from.TryTake(out uint request) || !from.TryTake(out ushort first))
        {
            return false;
        }

        var count = 0;
        for (var length = (ushort)ChunkTree.ChunkSize; !from.AtEnd; count++)
        {
            // Only a segment's last chunk is short, and nothing comes after it.
            if (count == MaxCount || length != ChunkTree.ChunkSize || !from.TryTake(StatementLength, out _) || !from.TryTake(out length) || length is 0 or > ChunkTree.ChunkSize || !from.TryTake(length, out _))
            {
                return false;
            }
        }

        if (count == 0 || first + count > ChunkTree.MaxChunks)
        {
            return false;
        }

        run = new(new(request), first, count, message[HeadLength..]);
        return true;
    }

    /// <summary>Writes the message into at least <see cref="PeerMessage.MaxLength"/> bytes; its length. Allocates nothing.</summary>
    /// <param name="message">Where.</param>
    /// <param name="request">The request.</param>
    /// <param name="first">Index of the first chunk.</param>
    /// <param name="bytes">1 to four chunks of the segment, all full but perhaps the last.</param>
    /// <param name="statements">What is stated of each, 64 bytes for a chunk.</param>
    public static int Write(Span<byte> message, RequestId request, int first, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> statements)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxCount * ChunkTree.ChunkSize);
        var to = new WireWriter(message, PeerMessageType.Chunks);
        to.Put(request.Value);
        to.Put((ushort)first);
        for (var n = 0; n < ChunkTree.CountFor(bytes.Length); n++)
        {
            var chunk = ChunkTree.ChunkOf(bytes, n);
            to.Put(statements.Slice(n * StatementLength, StatementLength));
            to.Put((ushort)chunk.Length);
            to.Put(chunk);
        }

        return to.Length;
    }
}

/// <summary>A piece of a record or an init segment.</summary>
public readonly ref struct Piece
{
    /// <summary>Most bytes of a piece.</summary>
    public const int MaxBytes = 4 * ChunkTree.ChunkSize - 16;

    /// <summary>Longest thing that is sent in pieces: a record with all its leaves is 131,072 bytes and a little.</summary>
    public const int MaxTotal = 1 << 18;

    private const int HeadLength = 1 + 4 + 4 + 4;

    private Piece(RequestId request, int total, int offset, ReadOnlySpan<byte> bytes)
    {
        (Request, Total, Offset) = (request, total, offset);
        Bytes = bytes;
    }

    /// <summary>The request that it answers.</summary>
    public RequestId Request { get; }

    /// <summary>Bytes of the whole.</summary>
    public int Total { get; }

    /// <summary>Where this piece begins.</summary>
    public int Offset { get; }

    /// <summary>The piece, never empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Piece piece)
    {
        piece = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Piece || !from.TryTake(out uint request)
            || !from.TryTake(out uint total) || total is 0 or > MaxTotal || !from.TryTake(out uint offset) || offset >= total
            || from.Left is 0 or > MaxBytes || from.Left > total - offset || !from.TryTake(from.Left, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        piece = new(new(request), (int)total, (int)offset, bytes);
        return true;
    }

    /// <summary>The message.</summary>
    public static byte[] ToMessage(RequestId request, int total, int offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxBytes);
        var message = new byte[HeadLength + bytes.Length];
        var to = new WireWriter(message, PeerMessageType.Piece);
        to.Put(request.Value);
        to.Put((uint)total);
        to.Put((uint)offset);
        to.Put(bytes);
        return message;
    }
}

/// <summary>Why a request is not answered.</summary>
public enum NoReason : byte
{
    /// <summary>It is not here, or not any more.</summary>
    Absent = 1,

    /// <summary>Too much is asked for already.</summary>
    Busy = 2,

    /// <summary>Its sender sends nothing now.</summary>
    NotSending = 3,
}

/// <summary>A request will not be answered.</summary>
/// <param name="Request">Which.</param>
/// <param name="Reason">Why.</param>
public readonly record struct No(RequestId Request, NoReason Reason)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out No no)
    {
        no = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.No || !from.TryTake(out uint request)
            || !from.TryTake(out byte reason) || !Enum.IsDefined((NoReason)reason) || !from.AtEnd)
        {
            return false;
        }

        no = new(new(request), (NoReason)reason);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[6];
        var to = new WireWriter(message, PeerMessageType.No);
        to.Put(Request.Value);
        to.Put((byte)Reason);
        return message;
    }
}
