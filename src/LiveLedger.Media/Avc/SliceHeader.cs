using static LiveLedger.Media.Avc.SliceType;

namespace LiveLedger.Media.Avc;

/// <summary>Finds where a slice header ends (ITU-T H.264 §7.3.3): everything before stays readable, slice data is protected.</summary>
internal static class SliceHeader
{
    /// <summary>Outcome of <see cref="Measure"/>.</summary>
    public enum Outcome
    {
        Measured,
        Invalid,
        ParameterSetMissing,
    }

    /// <summary>Measures a slice NAL unit (types 1, 5, 19).</summary>
    /// <param name="nal">The NAL unit with its header byte and its emulation prevention bytes.</param>
    /// <param name="sets">The parameter sets in force.</param>
    /// <param name="length">NAL header plus slice header in bytes as they stand in the NAL unit, rounded up.</param>
    public static Outcome Measure(ReadOnlySpan<byte> nal, ParameterSets sets, out int length)
    {
        length = 0;
        var bits = new RbspReader(nal);
        var header = bits.U(8);
        var isReference = (header & 0x60) != 0;
        var isIdr = NalUnit.TypeOf((byte)header) == NalUnit.IdrSlice;
        _ = bits.Ue(); // first_mb_in_slice
        var type = bits.Ue();
        var pictureId = bits.Ue();
        if (bits.Failed || type > 9 || pictureId >= PictureParameterSet.MaxCount)
        {
            return Outcome.Invalid;
        }

        ref readonly var pps = ref sets.Picture(pictureId);
        ref readonly var sps = ref sets.Sequence(in pps);
        if (!pps.IsPresent || !sps.IsPresent)
        {
            return Outcome.ParameterSetMissing;
        }

        type %= 5;
        ReadPicture(ref bits, in sps, in pps, isIdr);
        if (!SliceReferences.TryRead(ref bits, in sps, in pps, type) || (isReference && !SliceReferences.TryReadMarking(ref bits, isIdr)))
        {
            return Outcome.Invalid;
        }

        if (pps.IsCabac && type is not (I or Si))
        {
            _ = bits.Ue(); // cabac_init_idc
        }

        _ = bits.Se(); // slice_qp_delta
        if (type is Sp or Si)
        {
            if (type == Sp)
            {
                _ = bits.Flag();
            }

            _ = bits.Se();
        }

        if (pps.DeblockingControlPresent && bits.Ue() != 1)
        {
            _ = bits.Se();
            _ = bits.Se();
        }

        if (pps.SliceGroupChangeRate != 0)
        {
            _ = bits.U(ChangeCycleBits(sps.MapUnits, pps.SliceGroupChangeRate));
        }

        length = bits.BytesUsed;
        return bits.Failed ? Outcome.Invalid : Outcome.Measured;
    }

    /// <summary>Ceil(Log2(PicSizeInMapUnits ÷ SliceGroupChangeRate + 1)), the division exact (§7.4.3).</summary>
    internal static int ChangeCycleBits(uint mapUnits, uint changeRate)
    {
        var bits = 0;
        while (((ulong)changeRate << bits) < (ulong)mapUnits + changeRate)
        {
            bits++;
        }

        return bits;
    }

    // From colour_plane_id to redundant_pic_cnt.
    private static void ReadPicture(
        ref RbspReader bits, in SequenceParameterSet sps, in PictureParameterSet pps, bool isIdr)
    {
        if (sps.SeparateColourPlanes)
        {
            _ = bits.U(2);
        }

        _ = bits.U(sps.FrameNumBits);
        var isField = false;
        if (!sps.FrameMbsOnly)
        {
            isField = bits.Flag();
            if (isField)
            {
                _ = bits.Flag();
            }
        }

        if (isIdr)
        {
            _ = bits.Ue(); // idr_pic_id
        }

        if (sps.PicOrderCntType == 0)
        {
            _ = bits.U(sps.PicOrderCntLsbBits);
            if (pps.BottomFieldOrderPresent && !isField)
            {
                _ = bits.Se();
            }
        }
        else if (sps.PicOrderCntType == 1 && !sps.DeltaPicOrderAlwaysZero)
        {
            _ = bits.Se();
            if (pps.BottomFieldOrderPresent && !isField)
            {
                _ = bits.Se();
            }
        }

        if (pps.RedundantPicCntPresent)
        {
            _ = bits.Ue();
        }
    }
}
