using System.Buffers.Binary;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Names a playback: its stream is <c>playback/{id}</c>.</summary>
internal readonly record struct PlaybackId(Guid Value)
{
    /// <summary>A playback's place in the time over which a period's keys are released, 0 to below 1: the same each time, and as many here as there.</summary>
    public double Jitter
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            Value.TryWriteBytes(bytes, bigEndian: true, out _);
            // The end of a UUIDv7 is by chance.
            return BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) / (uint.MaxValue + 1.0);
        }
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>One token at play: opened by a first licence, kept open by renewals.</summary>
/// <param name="id">Its name.</param>
/// <param name="broadcast">What plays.</param>
/// <param name="viewer">Who watches.</param>
/// <param name="entitlement">By which right.</param>
/// <param name="opened">When, as <see cref="TimeProvider.GetTimestamp"/> says it.</param>
internal sealed class Playback(PlaybackId id, BroadcastId broadcast, ViewerPseudonym viewer, EntitlementId entitlement, long opened)
{
    private long _renewedAt = opened;
    private int _renewals;

    public PlaybackId Id => id;

    public double Jitter { get; } = id.Jitter;

    public BroadcastId Broadcast => broadcast;

    public ViewerPseudonym Viewer => viewer;

    public EntitlementId Entitlement => entitlement;

    /// <summary>Timestamp of the last licence.</summary>
    public long RenewedAt => Interlocked.Read(ref _renewedAt);

    /// <summary>Counts a licence beyond the first; returns its number.</summary>
    public int Renew(long timestamp)
    {
        Interlocked.Exchange(ref _renewedAt, timestamp);
        return Interlocked.Increment(ref _renewals);
    }
}
