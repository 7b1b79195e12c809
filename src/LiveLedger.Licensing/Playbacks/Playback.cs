using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Names a playback: its stream is <c>playback/{id}</c>.</summary>
internal readonly record struct PlaybackId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>One token at play: opened by a first licence, kept open by renewals.</summary>
internal sealed class Playback(PlaybackId id, BroadcastId broadcast, ViewerPseudonym viewer, EntitlementId entitlement, DateTimeOffset now)
{
    private long _renewedAt = now.UtcTicks;
    private int _renewals;

    public PlaybackId Id => id;

    public BroadcastId Broadcast => broadcast;

    public ViewerPseudonym Viewer => viewer;

    public EntitlementId Entitlement => entitlement;

    public DateTimeOffset RenewedAt => new(Interlocked.Read(ref _renewedAt), TimeSpan.Zero);

    /// <summary>Counts a licence beyond the first; returns its number.</summary>
    public int Renew(DateTimeOffset at)
    {
        Interlocked.Exchange(ref _renewedAt, at.UtcTicks);
        return Interlocked.Increment(ref _renewals);
    }
}
