namespace LiveLedger.Media.Avc;

/// <summary>What slice headers and descriptions need of a sequence parameter set (ITU-T H.264 §7.3.2.1.1).</summary>
internal readonly record struct SequenceParameterSet
{
    /// <summary>seq_parameter_set_id is 0…31 (§7.4.2.1.1).</summary>
    public const int MaxCount = 32;

    // 4,096 macroblocks a side is far above level 6.2 (1,055).
    private const uint MaxSideInMacroblocks = 4096;

    public bool IsPresent { get; private init; }

    public byte Id { get; private init; }

    /// <summary>chroma_format_idc, or 0 where colour planes are coded apart (§7.4.2.1.1).</summary>
    public byte ChromaArrayType { get; private init; }

    public bool SeparateColourPlanes { get; private init; }

    public byte FrameNumBits { get; private init; }

    public byte PicOrderCntType { get; private init; }

    public byte PicOrderCntLsbBits { get; private init; }

    public bool DeltaPicOrderAlwaysZero { get; private init; }

    public bool FrameMbsOnly { get; private init; }

    /// <summary>PicSizeInMapUnits.</summary>
    public uint MapUnits { get; private init; }

    /// <summary>Pixels after cropping.</summary>
    public int Width { get; private init; }

    /// <summary>Pixels after cropping.</summary>
    public int Height { get; private init; }

    /// <summary>Reads a NAL unit of type 7, header byte included.</summary>
    public static bool TryParse(ReadOnlySpan<byte> nal, out SequenceParameterSet set)
    {
        set = default;
        var bits = new RbspReader(nal);
        _ = bits.U(8);
        var profile = bits.U(8);
        _ = bits.U(16); // constraint flags, level
        var id = bits.Ue();
        if (!TryReadChroma(ref bits, profile, out var chromaFormat, out var separatePlanes))
        {
            return false;
        }

        var frameNumBits = bits.Ue() + 4;
        if (!TryReadOrder(ref bits, out var orderType, out var lsbBits, out var deltaAlwaysZero))
        {
            return false;
        }

        _ = bits.Ue(); // max_num_ref_frames
        _ = bits.Flag();
        var widthInMbs = bits.Ue();
        var heightInMapUnits = bits.Ue();
        var frameMbsOnly = bits.Flag();
        if (!frameMbsOnly)
        {
            _ = bits.Flag(); // mb_adaptive_frame_field_flag: changes macroblocks, not headers
        }

        _ = bits.Flag();
        uint left = 0, right = 0, top = 0, bottom = 0;
        if (bits.Flag())
        {
            (left, right, top, bottom) = (bits.Ue(), bits.Ue(), bits.Ue(), bits.Ue());
        }

        if (bits.Failed || id >= MaxCount || frameNumBits > 16 || orderType > 2 || lsbBits > 16
            || widthInMbs >= MaxSideInMacroblocks || heightInMapUnits >= MaxSideInMacroblocks)
        {
            return false;
        }

        widthInMbs++;
        heightInMapUnits++;
        var arrayType = separatePlanes ? 0 : chromaFormat;
        // Crop units, §7.4.2.1.1 (7-19 to 7-22).
        var unitX = arrayType is 1 or 2 ? 2u : 1u;
        var unitY = (arrayType == 1 ? 2u : 1u) * (frameMbsOnly ? 1u : 2u);
        var width = (long)widthInMbs * 16 - unitX * ((long)left + right);
        var height = (long)heightInMapUnits * 16 * (frameMbsOnly ? 1 : 2) - unitY * ((long)top + bottom);
        if (width < 1 || height < 1)
        {
            return false;
        }

        set = new()
        {
            IsPresent = true,
            Id = (byte)id,
            ChromaArrayType = (byte)arrayType,
            SeparateColourPlanes = separatePlanes,
            FrameNumBits = (byte)frameNumBits,
            PicOrderCntType = (byte)orderType,
            PicOrderCntLsbBits = (byte)lsbBits,
            DeltaPicOrderAlwaysZero = deltaAlwaysZero,
            FrameMbsOnly = frameMbsOnly,
            MapUnits = widthInMbs * heightInMapUnits,
            Width = (int)width,
            Height = (int)height,
        };
        return true;
    }

    // From chroma_format_idc to the scaling matrices; 4:2:0 for the profiles that have none of it.
    private static bool TryReadChroma(ref RbspReader bits, uint profile, out uint format, out bool separatePlanes)
    {
        format = 1;
        separatePlanes = false;
        if (!HasChromaFormat(profile))
        {
            return true;
        }

        format = bits.Ue();
        if (format > 3)
        {
            return false;
        }

        separatePlanes = format == 3 && bits.Flag();
        var depths = Math.Max(bits.Ue(), bits.Ue());
        _ = bits.Flag();
        if (depths > 6)
        {
            return false;
        }

        if (bits.Flag())
        {
            SkipScalingLists(ref bits, format == 3 ? 12 : 8);
        }

        return true;
    }

    // From pic_order_cnt_type to the offsets of its cycle.
    private static bool TryReadOrder(ref RbspReader bits, out uint type, out uint lsbBits, out bool deltaAlwaysZero)
    {
        type = bits.Ue();
        lsbBits = 0;
        deltaAlwaysZero = false;
        if (type == 0)
        {
            lsbBits = bits.Ue() + 4;
        }
        else if (type == 1)
        {
            deltaAlwaysZero = bits.Flag();
            _ = bits.Se();
            _ = bits.Se();
            var cycle = bits.Ue();
            if (cycle > 255)
            {
                return false;
            }

            for (var i = 0; i < cycle; i++)
            {
                _ = bits.Se();
            }
        }

        return true;
    }

    // §7.3.2.1.1: the profiles whose sets carry chroma_format_idc and scaling matrices.
    private static bool HasChromaFormat(uint profile) =>
        profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    // §7.3.2.1.1.1; what the lists say does not matter, only where they end.
    private static void SkipScalingLists(ref RbspReader bits, int count)
    {
        for (var list = 0; list < count; list++)
        {
            if (!bits.Flag())
            {
                continue;
            }

            int last = 8, next = 8;
            for (var j = 0; j < (list < 6 ? 16 : 64) && next != 0; j++)
            {
                next = (last + bits.Se()) & 255;
                last = next == 0 ? last : next;
            }
        }
    }
}
