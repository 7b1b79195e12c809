using LiveLedger.Cryptography;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Peering.Messages;

/// <summary>Names a request on its link; its sender counts them.</summary>
public readonly record struct RequestId(uint Value);

/// <summary>Asks for chunks of a segment, one after the other.</summary>
/// <param name="Request">What the answer names.</param>
/// <param name="Segment">The segment.</param>
/// <param name="First">The first chunk.</param>
/// <param name="Count">How many, 1 to <see cref="MaxCount"/>.</param>
public readonly record struct Want(RequestId Request, SegmentName Segment, int First, int Count)
{
    /// <summary>Most chunks of a request: 1 MiB.</summary>
    public const int MaxCount = 64;

    /// <summary>Length of the message in bytes.</summary>
    public const int MessageLength = 1 + 4 + SegmentName.Length + 2 + 2;

    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Want want)
    {
        want = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Want || !from.TryTake(out uint request) || !SegmentName.TryTake(ref from, out var segment)
            || !from.TryTake(out ushort first) || !from.TryTake(out ushort count) || count is 0 or > MaxCount || first + count > ChunkTree.MaxChunks || !from.AtEnd)
        {
            return false;
        }

        want = new(new(request), segment, first, count);
        return true;
    }

    /// <summary>Writes the message into at least <see cref="MessageLength"/> bytes; its length.</summary>
    public int Write(Span<byte> message)
    {
        var to = new WireWriter(message, PeerMessageType.Want);
        to.Put(Request.Value);
        Segment.Put(ref to);
        to.Put((ushort)First);
        to.Put((ushort)Count);
        return to.Length;
    }
}

/// <summary>Asks for a segment's record, with its leaf hashes.</summary>
/// <param name="Request">What the answer names.</param>
/// <param name="Segment">The segment.</param>
public readonly record struct WantRecord(RequestId Request, SegmentName Segment)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out WantRecord want)
    {
        want = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.WantRecord || !from.TryTake(out uint request)
            || !SegmentName.TryTake(ref from, out var segment) || !from.AtEnd)
        {
            return false;
        }

        want = new(new(request), segment);
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[1 + 4 + SegmentName.Length];
        var to = new WireWriter(message, PeerMessageType.WantRecord);
        to.Put(Request.Value);
        Segment.Put(ref to);
        return message;
    }
}

/// <summary>Asks for an init segment by its hash, which a record states.</summary>
/// <param name="Request">What the answer names.</param>
/// <param name="Hash">SHA-256 of it.</param>
public readonly record struct WantInit(RequestId Request, Sha256Hash Hash)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out WantInit want)
    {
        want = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.WantInit || !from.TryTake(out uint request)
            || from.Left != Bytes32.Length || !from.TryTake(Bytes32.Length, out var hash))
        {
            return false;
        }

        want = new(new(request), new(new Bytes32(hash)));
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[1 + 4 + Bytes32.Length];
        var to = new WireWriter(message, PeerMessageType.WantInit);
        to.Put(Request.Value);
        to.Put(Hash.Value);
        return message;
    }
}

/// <summary>What was asked for is not wanted any more. What is under way may still come.</summary>
/// <param name="Request">Which.</param>
public readonly record struct Cancel(RequestId Request)
{
    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out Cancel cancel)
    {
        cancel = default;
        var from = new WireReader(message);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Cancel || !from.TryTake(out uint request) || !from.AtEnd)
        {
            return false;
        }

        cancel = new(new(request));
        return true;
    }

    /// <summary>The message.</summary>
    public byte[] ToMessage()
    {
        var message = new byte[5];
        new WireWriter(message, PeerMessageType.Cancel).Put(Request.Value);
        return message;
    }
}
