using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Speke;

/// <summary>Which keys packagers were given, and what for: as the first request said, for ever, because what was encrypted cannot be told otherwise.</summary>
internal sealed class PackagedKeys(EventStore ledger, MasterKeys keys, TimeProvider time)
{
    private const int MaxAttempts = 8;

    /// <summary>Broadcasts remembered; the ledger brings a forgotten one back.</summary>
    private const int MaxRemembered = 1_000;

    private static readonly Refusal s_busy = new(503, "ledger-unavailable", "Other requests for this broadcast were faster; ask again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    private readonly ConcurrentDictionary<BroadcastId, Uses> _known = new();

    /// <summary>
    /// What an id stands for that a packager was given; null if it was given to none. Of ids known already it answers from memory; asks
    /// the ledger for what is new otherwise.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The id is not in memory and the database is away.</exception>
    public async ValueTask<KeyUse?> FindAsync(BroadcastId broadcast, KeyId id, CancellationToken cancel)
    {
        if (_known.TryGetValue(broadcast, out var known) && known.ByKey.TryGetValue(id, out var use))
        {
            return use;
        }

        return (await ReadAsync(broadcast, cancel)).ByKey.TryGetValue(id, out use) ? use : null;
    }

    /// <summary>Writes down that these keys are given; only then they may be.</summary>
    /// <exception cref="RefusedException">One was given for something else before, or the ledger does not take it now.</exception>
    public async Task GiveAsync(BroadcastId broadcast, string version, CpixRequest request, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var known = await ReadAsync(broadcast, cancel);
            var given = request.Keys.Select(k => OwnOr(broadcast, k)).ToList();
            if (given.Exists(k => known.ByKey.TryGetValue(k.Id, out var use) && use != new KeyUse(k.Class, k.Period)))
            {
                throw new RefusedException(CpixRefusals.Contract);
            }

            var expected = known.Version < 0 ? ExpectedVersion.NoStream : ExpectedVersion.Exactly(known.Version);
            var appended = await ledger.AppendAsync(
                PackagedKeyEvents.StreamOf(broadcast), expected, [PackagedKeyEvents.Given(broadcast, version, request, given, time.GetUtcNow())], cancel);
            if (appended.IsStored)
            {
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
        var uses = _known.GetValueOrDefault(broadcast) ?? new(-1, new Dictionary<KeyId, KeyUse>());
        Dictionary<KeyId, KeyUse>? more = null;
        var version = uses.Version;
        await foreach (var stored in ledger.ReadStreamAsync(PackagedKeyEvents.StreamOf(broadcast), uses.Version + 1, cancel))
        {
            more ??= new(uses.ByKey);
            version = stored.Version;
            foreach (var key in PackagedKeyEvents.ReadGiven(stored.PayloadJson.Span).Keys)
            {
                more.TryAdd(new(Guid.ParseExact(key.Kid, "N")), new(Enum.Parse<TrackClass>(key.Class, ignoreCase: true), key.Period));
            }
        }

        if (more is null)
        {
            return uses;
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.TryRemove(_known.First());
        }

        // Two readers at once may leave the older one here: the next reads on from it.
        return _known[broadcast] = new(version, more);
    }

    private sealed record Uses(long Version, IReadOnlyDictionary<KeyId, KeyUse> ByKey);
}
