using System.Buffers;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>A track's packager in one epoch, with its place on the timeline and its IVs.</summary>
internal sealed class RunningEpoch(byte[] source, TrackPackager packager, TrackInit init, ulong offsetSeconds, Func<ulong> leaseIvs) : IDisposable
{
    private ulong _nextIv;
    private uint _ivsLeft;

    /// <summary>The publisher's init segment.</summary>
    public byte[] Source => source;

    public TrackPackager Packager => packager;

    public TrackInit Init => init;

    /// <summary>Added to the publisher's decode times, in ticks.</summary>
    public ulong OffsetTicks => offsetSeconds * packager.Description.Timescale;

    public bool TryPackage(ReadOnlySpan<byte> segment, uint sequence, int samples, IBufferWriter<byte> delivered, out MediaFault fault)
    {
        if (_ivsLeft < (uint)samples)
        {
            _nextIv = leaseIvs();
            _ivsLeft = uint.MaxValue;
        }

        // IVs of a segment that fails half-way are spent: the counter never goes back.
        _ivsLeft -= (uint)samples;
        return packager.TryPackage(segment, sequence, OffsetTicks, ref _nextIv, delivered, out fault);
    }

    public void Dispose() => packager.Dispose();
}
