namespace LiveLedger.Media.Avc;

/// <summary>NAL unit types (ITU-T H.264 table 7-1).</summary>
internal static class NalUnit
{
    public const int Slice = 1, PartitionA = 2, PartitionC = 4, IdrSlice = 5, SequenceParameterSet = 7;
    public const int PictureParameterSet = 8, AuxiliarySlice = 19, SliceExtension = 20, DepthSliceExtension = 21;

    public static int TypeOf(byte header) => header & 0x1f;
}
