namespace LiveLedger.Media.Avc;

/// <summary>What slice headers need of a picture parameter set (ITU-T H.264 §7.3.2.2).</summary>
/// <remarks>Read up to redundant_pic_cnt_present_flag: the transform and scaling part behind it changes no header.</remarks>
internal readonly record struct PictureParameterSet
{
    /// <summary>pic_parameter_set_id is 0…255 (§7.4.2.2).</summary>
    public const int MaxCount = 256;

    public bool IsPresent { get; private init; }

    public byte Id { get; private init; }

    public byte SequenceId { get; private init; }

    public bool IsCabac { get; private init; }

    public bool BottomFieldOrderPresent { get; private init; }

    /// <summary>SliceGroupChangeRate where slice headers carry slice_group_change_cycle, else 0.</summary>
    public uint SliceGroupChangeRate { get; private init; }

    public byte DefaultRefIdxL0 { get; private init; }

    public byte DefaultRefIdxL1 { get; private init; }

    public bool WeightedPrediction { get; private init; }

    public byte WeightedBipredIdc { get; private init; }

    public bool DeblockingControlPresent { get; private init; }

    public bool RedundantPicCntPresent { get; private init; }

    /// <summary>Reads a NAL unit of type 8, header byte included.</summary>
    public static bool TryParse(ReadOnlySpan<byte> nal, out PictureParameterSet set)
    {
        set = default;
        var bits = new RbspReader(nal);
        _ = bits.U(8);
        var id = bits.Ue();
        var sequence = bits.Ue();
        var cabac = bits.Flag();
        var bottomField = bits.Flag();
        var groups = bits.Ue() + 1;
        // 8 slice groups are the most any profile allows (Annex A); 0 is the wrap-around of 2^32.
        if (bits.Failed || id >= MaxCount || sequence >= SequenceParameterSet.MaxCount || groups is 0 or > 8
            || !TryReadSliceGroups(ref bits, groups, out var changeRate))
        {
            return false;
        }

        var l0 = bits.Ue();
        var l1 = bits.Ue();
        var weighted = bits.Flag();
        var bipred = bits.U(2);
        _ = bits.Se();
        _ = bits.Se();
        _ = bits.Se();
        var deblocking = bits.Flag();
        _ = bits.Flag();
        var redundant = bits.Flag();
        if (bits.Failed || l0 > 31 || l1 > 31 || bipred > 2)
        {
            return false;
        }

        set = new()
        {
            IsPresent = true,
            Id = (byte)id,
            SequenceId = (byte)sequence,
            IsCabac = cabac,
            BottomFieldOrderPresent = bottomField,
            SliceGroupChangeRate = changeRate,
            DefaultRefIdxL0 = (byte)l0,
            DefaultRefIdxL1 = (byte)l1,
            WeightedPrediction = weighted,
            WeightedBipredIdc = (byte)bipred,
            DeblockingControlPresent = deblocking,
            RedundantPicCntPresent = redundant,
        };
        return true;
    }

    private static bool TryReadSliceGroups(ref RbspReader bits, uint groups, out uint changeRate)
    {
        changeRate = 0;
        if (groups == 1)
        {
            return true;
        }

        var mapType = bits.Ue();
        switch (mapType)
        {
            case 0:
                for (var i = 0; i < groups; i++)
                {
                    _ = bits.Ue();
                }

                return true;
            case 1:
                return true;
            case 2:
                for (var i = 0; i < 2 * (groups - 1); i++)
                {
                    _ = bits.Ue();
                }

                return true;
            case 3 or 4 or 5:
                _ = bits.Flag();
                changeRate = bits.Ue() + 1;
                return changeRate != 0;
            case 6:
                var idBits = groups > 4 ? 3 : groups > 2 ? 2 : 1;
                var units = bits.Ue();
                for (uint i = 0; i <= units && !bits.Failed; i++)
                {
                    _ = bits.U(idBits);
                }

                return !bits.Failed;
            default:
                return false;
        }
    }
}
