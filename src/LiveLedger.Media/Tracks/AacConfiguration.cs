using LiveLedger.Media.Avc;
using LiveLedger.Media.Boxes;

namespace LiveLedger.Media.Tracks;

/// <summary>esds with an AudioSpecificConfig (ISO/IEC 14496-1 §7.2.6, ISO/IEC 14496-3 §1.6.2.1).</summary>
internal readonly record struct AacConfiguration(int ObjectType, int SampleRate, int Channels)
{
    private const byte EsDescriptor = 3, DecoderConfig = 4, DecoderSpecific = 5;
    private const byte Mpeg4Audio = 0x40;
    private const int LowComplexity = 2, SpectralBandReplication = 5, ParametricStereo = 29, Escape = 31;

    private static ReadOnlySpan<int> Rates =>
        [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

    /// <summary>RFC 6381 §3.3.</summary>
    public string Codec => $"mp4a.40.{ObjectType}";

    /// <summary>Reads the body of esds. False: malformed, or not AAC (then <paramref name="isOther"/>).</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out AacConfiguration configuration, out bool isOther)
    {
        configuration = default;
        isOther = false;
        var fields = new FieldReader(body);
        fields.Skip(4);
        if (!TryOpen(ref fields, EsDescriptor))
        {
            return false;
        }

        fields.Skip(2);
        var flags = fields.U8();
        fields.Skip((flags & 0x80) != 0 ? 2 : 0);
        fields.Skip((flags & 0x40) != 0 ? fields.U8() : 0);
        fields.Skip((flags & 0x20) != 0 ? 2 : 0);
        if (!TryOpen(ref fields, DecoderConfig))
        {
            return false;
        }

        var indication = fields.U8();
        isOther = !fields.Failed && indication != Mpeg4Audio;
        fields.Skip(12);
        if (isOther || !TryOpen(ref fields, DecoderSpecific))
        {
            return false;
        }

        // An AudioSpecificConfig has no emulation prevention, but the few bytes read here cannot hold 00 00 03:
        // the object type in front is not 0.
        var bits = new RbspReader(fields.Rest);
        var type = ReadObjectType(ref bits);
        var rate = ReadRate(ref bits);
        var channels = (int)bits.U(4);
        if (type is SpectralBandReplication or ParametricStereo)
        {
            rate = ReadRate(ref bits);
        }

        isOther = type is not (LowComplexity or SpectralBandReplication or ParametricStereo);
        if (bits.Failed || isOther || rate is < 1 or > 384_000)
        {
            return false;
        }

        configuration = new(type, rate, channels == 7 ? 8 : channels);
        return true;
    }

    // ISO/IEC 14496-1 §8.3.3: a tag, then a length in up to four bytes of seven bits.
    private static bool TryOpen(ref FieldReader fields, byte tag)
    {
        if (fields.U8() != tag)
        {
            return false;
        }

        for (var i = 0; i < 4; i++)
        {
            if ((fields.U8() & 0x80) == 0)
            {
                return !fields.Failed;
            }
        }

        return false;
    }

    private static int ReadObjectType(ref RbspReader bits)
    {
        var type = (int)bits.U(5);
        return type == Escape ? 32 + (int)bits.U(6) : type;
    }

    private static int ReadRate(ref RbspReader bits)
    {
        var index = (int)bits.U(4);
        return index == 15 ? (int)bits.U(24) : index < Rates.Length ? Rates[index] : 0;
    }
}
