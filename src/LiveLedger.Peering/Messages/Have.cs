using LiveLedger.Media.Chunks;

namespace LiveLedger.Peering.Messages;

/// <summary>How much of a segment a peer has.</summary>
public enum Holding : byte
{
    /// <summary>Nothing any more.</summary>
    None = 0,

    /// <summary>All of it.</summary>
    All = 1,

    /// <summary>Some chunks.</summary>
    Some = 2,
}

/// <summary>A segment that its sender has checked chunks of, and will pass on.</summary>
/// <param name="Segment">Which.</param>
/// <param name="Chunks">How many it has in all, 1 to 4096.</param>
/// <param name="Holding">How much is there.</param>
/// <param name="Bitmap">For <see cref="Holding.Some"/>: chunk i is bit 7 − i mod 8 of byte i div 8. Empty otherwise.</param>
public readonly record struct HeldSegment(SegmentName Segment, int Chunks, Holding Holding, ReadOnlyMemory<byte> Bitmap)
{
    /// <summary>Bytes of a bitmap.</summary>
    public static int BitmapLength(int chunks) => (chunks + 7) / 8;

    /// <summary>True if a chunk of it is there.</summary>
    public bool Has(int chunk) => chunk >= 0 && chunk < Chunks
        && (Holding == Holding.All || (Holding == Holding.Some && (Bitmap.Span[chunk >> 3] & (0x80 >> (chunk & 7))) != 0));
}

/// <summary>What its sender has, new or changed since the last.</summary>
public static class Have
{
    /// <summary>Most segments of a message.</summary>
    public const int MaxSegments = 64;

    /// <summary>Reads a whole message.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, out IReadOnlyList<HeldSegment> held)
    {
        held = [];
        var from = new WireReader(message.Span);
        if (!from.TryTake(out byte type) || type != (byte)PeerMessageType.Have || !from.TryTake(out byte count) || count is 0 or > MaxSegments)
        {
            return false;
        }

        var found = new HeldSegment[count];
        for (var n = 0; n < count; n++)
        {
            if (!SegmentName.TryTake(ref from, out var segment) || !from.TryTake(out ushort chunks) || chunks is 0 or > ChunkTree.MaxChunks
                || !from.TryTake(out byte holding) || holding > (byte)Holding.Some)
            {
                return false;
            }

            var bitmap = ReadOnlyMemory<byte>.Empty;
            if (holding == (byte)Holding.Some)
            {
                var at = message.Length - from.Left;
                if (!from.TryTake(HeldSegment.BitmapLength(chunks), out var bits) || !IsSome(bits, chunks))
                {
                    return false;
                }

                bitmap = message.Slice(at, bits.Length);
            }

            found[n] = new(segment, chunks, (Holding)holding, bitmap);
        }

        if (!from.AtEnd)
        {
            return false;
        }

        held = found;
        return true;
    }

    /// <summary>The message.</summary>
    public static byte[] ToMessage(IReadOnlyList<HeldSegment> held)
    {
        var message = new byte[2 + held.Sum(static h => SegmentName.Length + sizeof(ushort) + 1 + h.Bitmap.Length)];
        var to = new WireWriter(message, PeerMessageType.Have);
        to.Put((byte)held.Count);
        foreach (var one in held)
        {
            one.Segment.Put(ref to);
            to.Put((ushort)one.Chunks);
            to.Put((byte)one.Holding);
            to.Put(one.Bitmap.Span);
        }

        return message;
    }

    // Neither none nor all, which have forms of their own, and nothing behind the last chunk: one state, one form.
    private static bool IsSome(ReadOnlySpan<byte> bits, int chunks)
    {
        var spare = bits.Length * 8 - chunks;
        if ((bits[^1] & ((1 << spare) - 1)) != 0 || !bits.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        return bits[..^1].ContainsAnyExcept((byte)0xff) || bits[^1] != ((0xff << spare) & 0xff);
    }
}
