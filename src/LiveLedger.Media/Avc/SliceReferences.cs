using static LiveLedger.Media.Avc.SliceType;

namespace LiveLedger.Media.Avc;

/// <summary>The part of a slice header that says which pictures it refers to and which are kept (ITU-T H.264 §7.3.3.1 to §7.3.3.3).</summary>
internal static class SliceReferences
{
    // §7.4.3.1, §7.4.3.3: list modifications and marking operations are bounded by the reference fields there can be.
    private const int MaxOperations = 128;

    // From direct_spatial_mv_pred_flag to pred_weight_table.
    public static bool TryRead(
        ref RbspReader bits, in SequenceParameterSet sps, in PictureParameterSet pps, uint type)
    {
        if (type is I or Si)
        {
            return true;
        }

        if (type == B)
        {
            _ = bits.Flag();
        }

        uint l0 = pps.DefaultRefIdxL0, l1 = pps.DefaultRefIdxL1;
        if (bits.Flag())
        {
            l0 = bits.Ue();
            l1 = type == B ? bits.Ue() : l1;
        }

        if (l0 > 31 || l1 > 31 || !TryReadModification(ref bits) || (type == B && !TryReadModification(ref bits)))
        {
            return false;
        }

        if ((pps.WeightedPrediction && type is P or Sp) || (pps.WeightedBipredIdc == 1 && type == B))
        {
            _ = bits.Ue();
            if (sps.ChromaArrayType != 0)
            {
                _ = bits.Ue();
            }

            SkipWeights(ref bits, l0, sps.ChromaArrayType != 0);
            if (type == B)
            {
                SkipWeights(ref bits, l1, sps.ChromaArrayType != 0);
            }
        }

        return !bits.Failed;
    }

    // §7.3.3.3
    public static bool TryReadMarking(ref RbspReader bits, bool isIdr)
    {
        if (isIdr)
        {
            _ = bits.U(2);
            return true;
        }

        if (!bits.Flag())
        {
            return true;
        }

        for (var i = 0; i < MaxOperations && !bits.Failed; i++)
        {
            switch (bits.Ue())
            {
                case 0:
                    return true;
                case 1 or 2 or 4 or 6:
                    _ = bits.Ue();
                    break;
                case 3:
                    _ = bits.Ue();
                    _ = bits.Ue();
                    break;
                case 5:
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    // §7.3.3.1
    private static bool TryReadModification(ref RbspReader bits)
    {
        if (!bits.Flag())
        {
            return true;
        }

        for (var i = 0; i < MaxOperations && !bits.Failed; i++)
        {
            switch (bits.Ue())
            {
                case 0 or 1 or 2:
                    _ = bits.Ue();
                    break;
                case 3:
                    return true;
                default:
                    return false; // 4 and 5 belong to MVC
            }
        }

        return false;
    }

    // §7.3.3.2
    private static void SkipWeights(ref RbspReader bits, uint lastIndex, bool hasChroma)
    {
        for (uint i = 0; i <= lastIndex; i++)
        {
            if (bits.Flag())
            {
                _ = bits.Se();
                _ = bits.Se();
            }

            if (hasChroma && bits.Flag())
            {
                _ = bits.Se();
                _ = bits.Se();
                _ = bits.Se();
                _ = bits.Se();
            }
        }
    }
}
