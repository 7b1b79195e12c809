using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Licensing.Speke;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>What came of a request.</summary>
/// <param name="Decision">Yes or no, and why.</param>
/// <param name="Event">The event that the decision is.</param>
/// <param name="Playback">The playback that was opened or renewed; null if no keys are given.</param>
/// <param name="MaxTier">The highest class that its terms include.</param>
internal sealed record LicenceAnswer(LicenceDecision Decision, Guid Event, PlaybackId? Playback = null, TrackClass MaxTier = TrackClass.Uhd);

/// <summary>A playback may not go on.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Event">The event that this decision is.</param>
internal readonly record struct PlaybackEnding(LicenceReason Reason, Guid Event);

/// <summary>
/// Decides on licences and sees to it that each decision is logged before it is answered: a first licence in the ledger itself, a
/// renewal in the spool, so that what plays goes on while the database is away.
/// </summary>
internal sealed class LicenceDesk(
    PlaybackDoor door, EntitlementBook entitlements, MasterKeys keys, PackagedKeys packaged, OpenPlaybacks playbacks, PlaybackSpool spool, RefusalLimit refusals, BroadcastWatch broadcasts, TimeProvider time)
{
    // A player asks for the keys of its tracks at the same time, in one session: the first opens the playback, the others renew it.
    private readonly SemaphoreSlim[] _opening = [.. Enumerable.Range(0, 256).Select(static _ => new SemaphoreSlim(1))];

    /// <summary>Decides; the keys in <see cref="LicenceDecision.Given"/> may be given.</summary>
    /// <exception cref="RefusedException">Nothing could be decided or written down now.</exception>
    public async Task<LicenceAnswer> DecideAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        asker = asker.With(request);
        if (await TryRenewAsync(asker, request, cancel) is { } renewed)
        {
            return renewed;
        }

        var gate = _opening[(uint)asker.Session.GetHashCode() % _opening.Length];
        await gate.WaitAsync(cancel);
        try
        {
            return await TryRenewAsync(asker, request, cancel) ?? await OpenAsync(asker, request, cancel);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A sign of life from a playback that needs no keys now. Null if it may go on.</summary>
    /// <exception cref="RefusedException">It could not be written down now.</exception>
    public async Task<PlaybackEnding?> BeatAsync(Playback playback, string? region, CancellationToken cancel)
    {
        if (await EndsAsync(playback, region, cancel) is { } ending)
        {
            playbacks.Close(playback);
            return ending;
        }

        playback.Touch(time.GetTimestamp());
        await HoldAsync(playback, cancel);
        return null;
    }

    /// <summary>Its player has gone; its place is free.</summary>
    /// <exception cref="RefusedException">It could not be written down now.</exception>
    public async Task CloseAsync(Playback playback)
    {
        playbacks.Close(playback);
        await door.CloseAsync(playback);
    }

    /// <summary>Why a playback may not go on; null if it may.</summary>
    /// <param name="playback">The playback.</param>
    /// <param name="region">Where it is.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="RefusedException">It could not be written down now.</exception>
    public async Task<PlaybackEnding?> EndsAsync(Playback playback, string? region, CancellationToken cancel)
    {
        var facts = Facts(await broadcasts.FindAsync(playback.Broadcast, cancel), playback) with { Region = region };
        if (LicenceRule.Ends(playback.Terms, facts) is not { } reason)
        {
            return null;
        }

        // Its line and its signs of life find out each by itself; it is decided once.
        var name = playback.Id.ToString();
        return new(reason, refusals.Find(name, reason) ?? await RefuseAsync(playback, name, reason, [], facts.Now, cancel));
    }

    /// <summary>From memory alone; null if there is no such playback, or it has ended.</summary>
    private async Task<LicenceAnswer?> TryRenewAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        if (playbacks.Find(asker.Session) is not { } playback || playback.Broadcast != asker.Broadcast)
        {
            return null;
        }

        var facts = Facts(await broadcasts.FindAsync(asker.Broadcast, cancel), playback) with
        {
            Region = asker.Region,
            Device = asker.Device,
            Freshness = request.Nonce is not { } nonce ? Freshness.Unsaid : playback.Nonces.Take(nonce) ? Freshness.Fresh : Freshness.Seen,
            Asked = await AskedAsync(asker.Broadcast, request, cancel),
        };
        if (LicenceRule.Ends(playback.Terms, facts) is not null)
        {
            // What it ended by is said, and logged, by who looks at it from the ledger.
            playbacks.Close(playback);
            return null;
        }

        var decision = LicenceRule.Decide(playback.Terms, facts);
        if (decision.IsGranted)
        {
            var renewal = playback.Renew(time.GetTimestamp());
            var granted = PlaybackEvents.Granted(playback, decision.Given, renewal, facts.Now);
            await spool.KeepAsync(PlaybackEvents.StreamOf(playback.Id), granted, cancel);
            await HoldAsync(playback, cancel, asked: true);
            return new(decision, granted.Id, playback.Id, playback.Terms.MaxTier);
        }

        return new(decision, refusals.Find(asker.TokenId, decision.Reason) ?? await RefuseAsync(playback, asker.TokenId, decision.Reason, request.KeyIds, facts.Now, cancel));
    }

    private async Task<Guid> RefuseAsync(Playback playback, string asker, LicenceReason reason, IReadOnlyList<KeyId> kids, DateTimeOffset now, CancellationToken cancel)
    {
        var refused = PlaybackEvents.Refused(playback.Broadcast, playback.Viewer, kids, reason, now);
        await spool.KeepAsync(PlaybackEvents.StreamOf(playback.Id), refused, cancel);
        refusals.Logged(asker, reason, refused.Id);
        return refused.Id;
    }

    private async Task<LicenceAnswer> OpenAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        // Without a broadcast there is no key to look with.
        var asked = keys.Has(asker.Broadcast) ? await AskedAsync(asker.Broadcast, request, cancel) : [];
        return await door.OpenAsync(asker, request, broadcast => FactsOfNew(broadcast, asker, asked), cancel);
    }

    private LicenceFacts FactsOfNew(BroadcastFacts? broadcast, Asker asker, AskedKey[] asked) => new()
    {
        Now = time.GetUtcNow(),
        Phase = broadcast?.Phase,
        KeyPeriod = broadcast?.KeyPeriod ?? KeyPeriodLength.Whole,
        Edge = broadcast?.Edge,
        Standing = Standing.None,
        Region = asker.Region,
        Device = asker.Device,
        Asked = asked,
    };

    // Other processes are told that it is still there, now and then.
    private async Task HoldAsync(Playback playback, CancellationToken cancel, bool asked = false)
    {
        var now = time.GetUtcNow();
        if (playback.TakeLease(now, asked) is { } until)
        {
            await spool.KeepAsync(EntitlementEvents.StreamOf(playback.Entitlement), CountedEvents.Renewed(playback, until, now), cancel);
        }
    }

    private LicenceFacts Facts(BroadcastFacts? broadcast, Playback playback) => new()
    {
        Now = time.GetUtcNow(),
        Phase = broadcast?.Phase,
        KeyPeriod = broadcast?.KeyPeriod ?? KeyPeriodLength.Whole,
        Edge = broadcast?.Edge,
        Standing = entitlements.StandingOf(playback.Entitlement, playback.Viewer),
        GrantedAt = playback.GrantedAt,
        FirstPlayedAt = playback.FirstPlayedAt,
        IsOpen = true,
        DroppedAt = playback.DroppedAt,
        Jitter = playback.Jitter,
        Asked = [],
    };

    // Ids of ours are read without asking anybody; only an id that is none may be a packager's.
    private async Task<AskedKey[]> AskedAsync(BroadcastId broadcast, LicenceRequest request, CancellationToken cancel)
    {
        var asked = request.KeyIds.Select(id => new AskedKey(id, keys.Find(broadcast, id))).ToArray();
        for (var i = 0; i < asked.Length; i++)
        {
            if (asked[i].Use is null && await packaged.FindAsync(broadcast, asked[i].Id, cancel) is { } given)
            {
                asked[i] = new(asked[i].Id, new(given.Class, given.Period), given.From);
            }
        }

        return asked;
    }
}
