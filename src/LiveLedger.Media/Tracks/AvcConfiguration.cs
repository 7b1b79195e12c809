using LiveLedger.Media.Avc;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tracks;

/// <summary>avcC (ISO/IEC 14496-15 §5.3.3.1).</summary>
internal sealed record AvcConfiguration(string Codec, int NalLengthSize, ParameterSets Sets, SequenceParameterSet? First)
{
    /// <summary>Reads the body of avcC.</summary>
    /// <param name="body">The box body.</param>
    /// <param name="entry">avc1 or avc3, for the codec string.</param>
    /// <param name="configuration">The parsed form.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, uint entry, out AvcConfiguration? configuration)
    {
        configuration = null;
        var fields = new FieldReader(body);
        var version = fields.U8();
        // RFC 6381 §3.3: profile, constraint flags and level as they stand in the SPS.
        var profile = fields.Take(3);
        if (fields.Failed || version != 1)
        {
            return false;
        }

        var codec = $"{BoxType.Name(entry)}.{Convert.ToHexStringLower(profile)}";
        var lengthSize = (fields.U8() & 3) + 1;
        var sets = new ParameterSets();
        SequenceParameterSet? first = null;
        if (lengthSize == 3)
        {
            return false;
        }

        var count = fields.U8() & 0x1f;
        for (var i = 0; i < count; i++)
        {
            var nal = fields.Take(fields.U16());
            if (fields.Failed || !IsOf(nal, NalUnit.SequenceParameterSet) || !SequenceParameterSet.TryParse(nal, out var set))
            {
                return false;
            }

            first ??= set;
            sets.TryAdd(nal);
        }

        count = fields.U8();
        for (var i = 0; i < count; i++)
        {
            var nal = fields.Take(fields.U16());
            if (fields.Failed || !IsOf(nal, NalUnit.PictureParameterSet) || !sets.TryAdd(nal))
            {
                return false;
            }
        }

        // What follows for high profiles repeats the SPS; some writers leave it out.
        configuration = new(codec, lengthSize, sets, first);
        return !fields.Failed;
    }

    private static bool IsOf(ReadOnlySpan<byte> nal, int type) => !nal.IsEmpty && NalUnit.TypeOf(nal[0]) == type;
}
