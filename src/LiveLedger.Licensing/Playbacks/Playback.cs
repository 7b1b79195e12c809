using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
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

    public static bool TryParse([NotNullWhen(true)] string? text, out PlaybackId id)
    {
        var read = IdText.TryRead(text, out var value);
        id = new(value);
        return read;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>One session at play: opened by a first licence, kept open by renewals and heartbeats.</summary>
/// <param name="id">Its name.</param>
/// <param name="asker">Who watches, and in which session.</param>
/// <param name="entitlement">By which right.</param>
/// <param name="terms">Under which terms.</param>
/// <param name="opened">When, as <see cref="TimeProvider.GetTimestamp"/> says it.</param>
internal sealed class Playback(PlaybackId id, Asker asker, Entitlement entitlement, OfferTerms terms, long opened)
{
    private readonly Lock _lock = new();
    private long _renewedAt = opened;
    private int _renewals;
    private DateTimeOffset _leaseUntil;
    private DateTimeOffset? _droppedAt;

    public PlaybackId Id => id;

    public double Jitter { get; } = id.Jitter;

    public BroadcastId Broadcast => asker.Broadcast;

    public ViewerPseudonym Viewer => asker.Viewer;

    public string Session => asker.Session;

    public EntitlementId Entitlement => entitlement.Id;

    public DateTimeOffset GrantedAt => entitlement.GrantedAt;

    public OfferTerms Terms => terms;

    /// <summary>When the entitlement was first played, as far as its terms ask.</summary>
    public required DateTimeOffset FirstPlayedAt { get; init; }

    /// <summary>When this was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>The numbers of its requests.</summary>
    public required NonceWindow Nonces { get; init; }

    /// <summary>The event that its first licence here is.</summary>
    public Guid Decision { get; set; }

    /// <summary>Timestamp of the last sign of life.</summary>
    public long RenewedAt => Interlocked.Read(ref _renewedAt);

    /// <summary>When it was dropped for another.</summary>
    public DateTimeOffset? DroppedAt
    {
        get
        {
            lock (_lock)
            {
                return _droppedAt;
            }
        }
    }

    /// <summary>Another took its place; the first time counts.</summary>
    public void Drop(DateTimeOffset at)
    {
        lock (_lock)
        {
            _droppedAt ??= at;
        }
    }

    /// <summary>A sign of life.</summary>
    public void Touch(long timestamp) => Interlocked.Exchange(ref _renewedAt, timestamp);

    /// <summary>Counts a licence beyond the first; returns its number.</summary>
    public int Renew(long timestamp)
    {
        Touch(timestamp);
        return Interlocked.Increment(ref _renewals);
    }

    /// <summary>
    /// The end of the lease to write down now, or null while the one that is written down is good for long enough: only those have any that count
    /// against each other, or whose requests count.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="asked">True if this is a request whose number counts: it is written down each time, or another process would take it for new.</param>
    public DateTimeOffset? TakeLease(DateTimeOffset now, bool asked = false)
    {
        lock (_lock)
        {
            if (asked && terms.ReplayProtection)
            {
                _leaseUntil = now + OpenPlaybacks.Lease;
                return _leaseUntil;
            }

            if (terms.MaxPlaybacks is null && !terms.ReplayProtection || _leaseUntil - now > OpenPlaybacks.Lease - OpenPlaybacks.LeaseEvery)
            {
                return null;
            }

            _leaseUntil = now + OpenPlaybacks.Lease;
            return _leaseUntil;
        }
    }
}
