using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Speke;

/// <summary>Which keys packagers were given, and what for: as the first request said, for ever, because what was encrypted cannot be told otherwise.</summary>
internal sealed class PackagedKeys(EventStore ledger, MasterKeys keys, TimeProvider time)
{
    private const int MaxAttempts = 8;

    /// <summary>Broadcasts remembered; the ledger brings a forgotten one back.</summary>
    private const int MaxRemembered = 1_000;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lead = TimeSpan.FromSeconds(KeyRelease.MaxLeadSeconds);

    private static readonly Refusal s_away = new(503, "ledger-unavailable", "The ledger's database does not answer; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };
    private static readonly Refusal s_busy = new(503, "ledger-unavailable", "Other requests for this broadcast were faster; ask again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    private readonly ConcurrentDictionary<BroadcastId, Uses> _known = new();

    /// <summary>
    /// What an id stands for that a packager was given; null if it was given to none. Of ids known already it answers from memory; asks
    /// the ledger for what is new otherwise, at most once a second for a broadcast.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The id is not in memory and the database is away.</exception>
    public async ValueTask<PackagedUse?> FindAsync(BroadcastId broadcast, KeyId id, CancellationToken cancel)
    {
        var known = _known.GetValueOrDefault(broadcast);
        if (known is null || !known.ByKey.ContainsKey(id) && time.GetElapsedTime(known.ReadAt) >= s_fresh)
        {
            // A database that neither answers nor refuses is away.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(s_patience);
            try
            {
                known = await ReadAsync(broadcast, limit.Token);
            }
            catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
            {
                throw new LedgerUnavailableException(s_away, e);
            }
        }

        return known.ByKey.TryGetValue(id, out var use) ? use : null;
    }

    /// <summary>Writes down that these keys are given; only then they may be.</summary>
    /// <exception cref="RefusedException">One was given for something else before, or the ledger does not take it now.</exception>
    public async Task GiveAsync(BroadcastId broadcast, string version, CpixRequest request, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var known = await ReadAsync(broadcast, cancel);
            var given = request.Keys.Select(k => OwnOr(broadcast, k)).ToList();
            if (given.Exists(k => known.ByKey.TryGetValue(k.Id, out var use) && (use.Class, use.Period) != (k.Class, k.Period)))
            {
                throw new RefusedException(CpixRefusals.Contract);
            }

            var expected = known.Version < 0 ? ExpectedVersion.NoStream : ExpectedVersion.Exactly(known.Version);
            var appended = await ledger.AppendAsync(
                PackagedKeyEvents.StreamOf(broadcast), expected, [PackagedKeyEvents.Given(broadcast, version, request, given, time.GetUtcNow())], cancel);
            if (appended.IsStored)
            {
                // Viewers here may ask at once; elsewhere within a second.
                await ReadAsync(broadcast, cancel);
                return;
            }
        }

        throw new RefusedException(s_busy);
    }

    // A packager may work on what we packaged ourselves: then the key is ours, and so is what it is for.
    private RequestedKey OwnOr(BroadcastId broadcast, RequestedKey key) =>
        keys.Find(broadcast, key.Id) is { } own ? key with { Class = own.Class, Period = own.CryptoPeriod } : key;

    private async Task<Uses> ReadAsync(BroadcastId broadcast, CancellationToken cancel)
    {
        var uses = _known.GetValueOrDefault(broadcast) ?? new(-1, 0, new Dictionary<KeyId, PackagedUse>());
        Dictionary<KeyId, PackagedUse>? more = null;
        var version = uses.Version;
        await foreach (var stored in ledger.ReadStreamAsync(PackagedKeyEvents.StreamOf(broadcast), uses.Version + 1, cancel))
        {
            more ??= new(uses.ByKey);
            version = stored.Version;
            foreach (var key in PackagedKeyEvents.ReadGiven(stored.PayloadJson.Span).Keys)
            {
                more.TryAdd(new(Guid.ParseExact(key.Kid, "N")), new(Enum.Parse<TrackClass>(key.Class, ignoreCase: true), key.Period, FromOf(key)));
            }
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.TryRemove(_known.First());
        }

        // Two readers at once may leave the older one here: the next reads on from it.
        return _known[broadcast] = new(version, time.GetTimestamp(), more ?? uses.ByKey);
    }

    // As for periods of our own: half a period early, a minute at most. Who says no times has no key held back.
    private static DateTimeOffset FromOf(PackagedKey key)
    {
        if (key.Start is not { } start)
        {
            return DateTimeOffset.MinValue;
        }

        var half = (key.End - start) / 2 ?? s_lead;
        return start - DateTimeOffset.MinValue > s_lead ? start - (half < s_lead ? half : s_lead) : DateTimeOffset.MinValue;
    }

    private sealed record Uses(long Version, long ReadAt, IReadOnlyDictionary<KeyId, PackagedUse> ByKey);
}

/// <summary>What a packager's key is for.</summary>
/// <param name="Class">The highest class of tracks that it opens.</param>
/// <param name="Period">The packager's key period.</param>
/// <param name="From">From when on viewers may have it.</param>
internal readonly record struct PackagedUse(TrackClass Class, ulong Period, DateTimeOffset From);
