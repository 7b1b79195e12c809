using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>A track as manifests show it: what it is, and the window of its segments.</summary>
public sealed record ManifestTrack
{
    /// <summary>The track's name, and its folder beside the manifests.</summary>
    public required TrackName Name { get; init; }

    /// <summary>What its init segment says.</summary>
    public required TrackDescription Description { get; init; }

    /// <summary>Its init segments, in order: one for each epoch and key period of the window.</summary>
    public required IReadOnlyList<ManifestInit> Inits { get; init; }

    /// <summary>The init segment of an epoch's key period.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public ManifestInit InitOf(uint epoch, ulong cryptoPeriod)
    {
        for (var i = Inits.Count - 1; i >= 0; i--)
        {
            if (Inits[i].Epoch == epoch && Inits[i].CryptoPeriod == cryptoPeriod)
            {
                return Inits[i];
            }
        }

        throw new InvalidOperationException($"track {Name} has no init segment for epoch {epoch}, key period {cryptoPeriod}");
    }

    /// <summary>How it is encrypted.</summary>
    public required ProtectionScheme Scheme { get; init; }

    /// <summary>The systems that are signalled beside ClearKey; those that do not take the scheme are left out.</summary>
    public IReadOnlyList<DrmSystem> Systems { get; init; } = [];

    /// <summary>Peak bits a second over any segment.</summary>
    public required int Bandwidth { get; init; }

    /// <summary>Average bits a second.</summary>
    public required int AverageBandwidth { get; init; }

    /// <summary>Pictures a second, where known.</summary>
    public FrameRate? FrameRate { get; init; }

    /// <summary>
    /// Whole seconds that no segment of the track exceeds when rounded, those outside the window included: the caller
    /// keeps the largest so far, because a playlist's target duration may not shrink as the window slides (RFC 8216 §6.2.1).
    /// </summary>
    public int TargetDuration { get; init; }

    /// <summary>The window: segments in order, their sequence without a gap. A track enters the manifests with its first.</summary>
    public required IReadOnlyList<ManifestSegment> Segments { get; init; }
}

/// <summary>An init segment in a manifest.</summary>
/// <param name="Epoch">The publisher's run it is of.</param>
/// <param name="CryptoPeriod">The key period, from 0.</param>
/// <param name="InitPeriod">The key period that the init segment is named by: another one with keys in band.</param>
/// <param name="KeyId">Id of the track's content key there.</param>
/// <param name="StartSeconds">Where the track's first segment under it starts, in seconds of the delivered timeline, whatever the window holds of it.</param>
public readonly record struct ManifestInit(uint Epoch, ulong CryptoPeriod, ulong InitPeriod, KeyId KeyId, double StartSeconds);

/// <summary>A segment in a manifest.</summary>
/// <param name="Epoch">The publisher's run it is of.</param>
/// <param name="CryptoPeriod">Its key period.</param>
/// <param name="Sequence">Its number in the track.</param>
/// <param name="DecodeTime"><c>tfdt</c> as delivered, in ticks of the track's timescale.</param>
/// <param name="Duration">Length in ticks.</param>
/// <param name="ProgramTime">Wall-clock time of its first sample.</param>
public readonly record struct ManifestSegment(uint Epoch, ulong CryptoPeriod, uint Sequence, ulong DecodeTime, uint Duration, DateTimeOffset ProgramTime);

/// <summary>Pictures a second as a fraction, e.g. 30000/1001.</summary>
public readonly record struct FrameRate(uint Numerator, uint Denominator);
