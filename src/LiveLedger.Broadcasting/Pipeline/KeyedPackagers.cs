using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>Makes packagers under a broadcast's content keys, one for each track, epoch and key period.</summary>
internal sealed class KeyedPackagers(BroadcastId broadcast, ProtectionScheme scheme, KeyPeriodLength length, KeySignalling signalling, BroadcastingLinks links)
{
    /// <summary>The key period of a segment.</summary>
    /// <param name="decodeTime">Its start on the broadcast's timeline, in ticks.</param>
    /// <param name="timescale">Ticks a second.</param>
    public ulong PeriodOf(ulong decodeTime, uint timescale) => length.PeriodOf(decodeTime, timescale);

    /// <summary>The key period that a segment's init segment was made in: its own, or with keys in band the epoch's first.</summary>
    public ulong InitPeriodOf(ulong period, ulong first) => signalling == KeySignalling.InBand ? first : period;

    /// <summary>A packager; a refusal if the publisher's init segment is none we can package for.</summary>
    public Refusal? TryOpen(byte[] source, TrackName track, uint epoch, ulong period, out TrackPackager? packager)
    {
        packager = null;
        if (!InitProbe.TryDescribe(source, out var description, out var fault))
        {
            return FaultRefusal.Of(fault);
        }

        using var key = links.ContentKeyFor(broadcast, description.Class, period);
        var terms = scheme == ProtectionScheme.Cbcs ? PackagingTerms.Cbcs(key, IvLeases.ConstantIv(broadcast, track, epoch)) : PackagingTerms.Cenc(key);
        terms = signalling == KeySignalling.InBand ? terms.InBand().Listing(KeyIds([period])) : terms.Listing(KeyIds(Around(period)));
        return TrackPackager.TryOpen(source, terms, out packager, out fault) ? null : FaultRefusal.Of(fault);
    }

    /// <summary>
    /// The periods whose key ids an init segment lists: its own and those around it. hls.js 1.7.4 asks for the keys of one <c>pssh</c> only, whichever comes first, where
    /// it begins at a change of keys with sound of one period and pictures of the next: each must list both. Its own first, for a refusal names the first one's reason.
    /// </summary>
    private ulong[] Around(ulong period) => length.Seconds is null ? [period] : period == 0 ? [0, 1] : [period, period - 1, period + 1];

    private KeyId[] KeyIds(ulong[] periods) => [.. periods.SelectMany(p => Enum.GetValues<TrackClass>().Select(c => links.ContentKeyIdFor(broadcast, c, p)))];
}
