using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LiveLedger.Media.Avc;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Packaging;

/// <summary>
/// Decides for AVC samples which bytes stay clear (ISO/IEC 23001-7 §9.5.2, §10.4.2): NAL length fields, NAL and slice
/// headers, and NAL units that are no slices. Kept and refilled.
/// </summary>
internal sealed class SubsamplePlan(ProtectionScheme scheme, AvcConfiguration avc)
{
    private const int BlockLength = 16;

    private readonly List<Subsample> _entries = [];
    private readonly List<int> _ends = [];
    // saiz gives a sample's size in a byte (ISO/IEC 14496-12 §8.7.8).
    private readonly int _mostEntries =
        (byte.MaxValue - 2 - (scheme == ProtectionScheme.Cenc ? SampleIv.Length : 0)) / Subsample.Length;

    /// <summary>Subsamples of all samples, in order.</summary>
    public ReadOnlySpan<Subsample> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>For each sample, the index behind its last subsample.</summary>
    public ReadOnlySpan<int> Ends => CollectionsMarshal.AsSpan(_ends);

    /// <summary>Begins a new segment.</summary>
    public void Clear()
    {
        _entries.Clear();
        _ends.Clear();
    }

    /// <summary>Plans one sample. Parameter sets in it are taken over.</summary>
    public bool TryAdd(ReadOnlySpan<byte> sample, out MediaFault fault)
    {
        fault = default;
        var before = _entries.Count;
        long clear = 0;
        var rest = sample;
        while (!rest.IsEmpty)
        {
            if (!TryTakeNal(ref rest, out var nal))
            {
                fault = new(MediaFaultCode.AvcInvalid, $"a NAL unit ends after its sample of {sample.Length} bytes");
                return false;
            }

            if (!TryMeasure(nal, out var header, out fault))
            {
                return false;
            }

            clear += avc.NalLengthSize + header;
            var body = nal.Length - header;
            if (scheme == ProtectionScheme.Cenc)
            {
                // §10.2 with CMAF (ISO/IEC 23000-19 §8.2.2.1): whole blocks only, the remainder joins the clear bytes in front.
                clear += body % BlockLength;
                body -= body % BlockLength;
            }

            if (body > 0)
            {
                Add(ref clear, (uint)body);
            }
        }

        if (clear > 0)
        {
            Add(ref clear, 0);
        }

        _ends.Add(_entries.Count);
        if (_entries.Count - before > _mostEntries)
        {
            fault = new(
                MediaFaultCode.SampleTooManySubsamples,
                $"a picture needs {_entries.Count - before} subsamples, saiz can describe {_mostEntries}");
            return false;
        }

        return true;
    }

    private bool TryTakeNal(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> nal)
    {
        nal = default;
        if (rest.Length < avc.NalLengthSize)
        {
            return false;
        }

        var length = avc.NalLengthSize switch
        {
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
            _ => BinaryPrimitives.ReadUInt32BigEndian(rest),
        };
        rest = rest[avc.NalLengthSize..];
        if (length > (uint)rest.Length)
        {
            return false;
        }

        nal = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    // How many bytes of the NAL unit stay clear in any case.
    private bool TryMeasure(ReadOnlySpan<byte> nal, out int length, out MediaFault fault)
    {
        fault = default;
        length = nal.Length;
        if (nal.IsEmpty)
        {
            return true;
        }

        var type = NalUnit.TypeOf(nal[0]);
        switch (type)
        {
            case NalUnit.Slice or NalUnit.IdrSlice or NalUnit.AuxiliarySlice:
                var outcome = SliceHeader.Measure(nal, avc.Sets, out length);
                if (outcome != SliceHeader.Outcome.Measured)
                {
                    fault = outcome == SliceHeader.Outcome.ParameterSetMissing
                        ? new(MediaFaultCode.AvcParameterSetMissing, "a slice names a parameter set that was not sent")
                        : new(MediaFaultCode.AvcInvalid, $"the slice header of a NAL unit of {nal.Length} bytes");
                    return false;
                }

                return true;
            case NalUnit.SequenceParameterSet or NalUnit.PictureParameterSet:
                if (!avc.Sets.TryAdd(nal))
                {
                    fault = new(MediaFaultCode.AvcInvalid, $"a parameter set of {nal.Length} bytes");
                    return false;
                }

                return true;
            case (>= NalUnit.PartitionA and <= NalUnit.PartitionC) or NalUnit.SliceExtension or NalUnit.DepthSliceExtension:
                fault = new(MediaFaultCode.AvcUnsupported, $"NAL units of type {type} are not in the profiles taken");
                return false;
            default:
                return true;
        }
    }

    private void Add(ref long clear, uint body)
    {
        // §7.2: BytesOfClearData has 16 bits; a longer run takes entries of its own.
        while (clear > ushort.MaxValue)
        {
            _entries.Add(new(ushort.MaxValue, 0));
            clear -= ushort.MaxValue;
        }

        _entries.Add(new((ushort)clear, body));
        clear = 0;
    }
}
