using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Packaging;

/// <summary>Carries over the boxes beside the fragments that hold media times, moved by an epoch's offset.</summary>
internal static class TimedBoxes
{
    /// <summary>Event message (ISO/IEC 23009-1 §5.10.3.3): version 1 has a presentation time in a timescale of its own.</summary>
    public static void CopyEmsg(in Box box, ulong offset, uint timescale, ref BoxWriter writer)
    {
        var placed = writer.Place(box.Whole);
        var fields = new FieldReader(box.Body);
        if (fields.U32() >> 24 != 1)
        {
            // Version 0 counts from the segment's start.
            return;
        }

        var own = fields.U32();
        var time = fields.U64();
        if (!fields.Failed && time != ulong.MaxValue)
        {
            var moved = (ulong)((UInt128)offset * own / timescale);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(
                placed[(box.HeaderLength + 8)..], unchecked(time + moved));
        }
    }

    /// <summary>Producer reference time (ISO/IEC 14496-12 §8.16.5), written as version 1: 64-bit media time.</summary>
    public static void CopyPrft(in Box box, ulong offset, ref BoxWriter writer)
    {
        var fields = new FieldReader(box.Body);
        var head = fields.U32();
        var track = fields.U32();
        var ntp = fields.U64();
        var time = head >> 24 == 0 ? fields.U32() : fields.U64();
        if (fields.Failed)
        {
            return; // says nothing that anyone needs to play
        }

        var mark = writer.Begin(BoxType.Prft, 1, head & 0xffffff);
        writer.U32(track);
        writer.U64(ntp);
        writer.U64(unchecked(time + offset));
        writer.End(mark);
    }
}
