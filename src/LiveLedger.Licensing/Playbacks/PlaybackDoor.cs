using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Snapshots;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>
/// Opens playbacks. Under terms that count them, each is an event of the entitlement's stream, appended at the version it was decided on: of any
/// number of requests in any number of processes the one that is first there is decided without the others, and the others with it.
/// </summary>
internal sealed class PlaybackDoor(
    EventStore ledger, SnapshotStore folds, EntitlementBook entitlements, OfferBook offers, OpenPlaybacks playbacks, PlaybackSpool spool, RefusalLimit refusals,
    BroadcastWatch broadcasts, TimeProvider time)
{
    /// <summary>How long a new playback waits for a database that neither answers nor refuses.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly Refusal s_away = new(503, "ledger-unavailable", "The ledger's database does not answer; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };
    private static readonly Refusal s_full = new(503, "playbacks-full", "This server plays to as many as it can; ask again.") { RetryAfter = TimeSpan.FromSeconds(30) };

    /// <summary>Decides on a playback that is not open here.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="request">For what.</param>
    /// <param name="facts">The facts of the request and of its broadcast.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="RefusedException">Nothing could be decided or written down now.</exception>
    public async Task<LicenceAnswer> OpenAsync(Asker asker, LicenceRequest request, Func<BroadcastFacts?, LicenceFacts> facts, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var broadcast = await broadcasts.FindAsync(asker.Broadcast, limit.Token);
            var entitlement = broadcast is null ? null : await entitlements.FindAsync(asker.Broadcast, asker.Viewer, limit.Token);
            var terms = entitlement is null ? OfferTerms.Open : await offers.TermsOfAsync(entitlement.Sold, limit.Token);
            while (true)
            {
                var history = entitlement is not null && terms.NeedsHistory
                    ? await folds.LoadAsync(EntitlementEvents.StreamOf(entitlement.Id), EntitlementHistory.Fold, limit.Token)
                    : null;
                if (await TryOpenAsync(asker, request, entitlement, terms, history, facts(broadcast), limit.Token) is { } answer)
                {
                    return answer;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RefusedException(s_away);
        }
    }

    /// <summary>Writes down that a playback was closed, where it counts.</summary>
    /// <exception cref="RefusedException">It could not be.</exception>
    public async Task CloseAsync(Playback playback)
    {
        if (!playback.Terms.NeedsHistory)
        {
            return;
        }

        var (stream, closed) = (EntitlementEvents.StreamOf(playback.Entitlement), CountedEvents.Closed(playback, time.GetUtcNow()));
        // Whether or not the page that closes it waits for an answer: mostly it is on its way out.
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            // At once, so that the next playback finds the place free.
            await ledger.AppendAsync(stream, ExpectedVersion.Any, [closed], limit.Token);
        }
        catch (Exception e) when (e is LedgerUnavailableException or OperationCanceledException)
        {
            await spool.KeepAsync(stream, closed, CancellationToken.None);
        }
    }

    // Null: somebody was faster, so the facts were others.
    private async Task<LicenceAnswer?> TryOpenAsync(
        Asker asker, LicenceRequest request, Entitlement? entitlement, OfferTerms terms, FoldedStream<EntitlementHistory>? history, LicenceFacts facts, CancellationToken cancel)
    {
        var mine = history?.State.Find(asker.Session);
        var isOpen = mine?.IsOpen(facts.Now) == true;
        var id = mine is not null && isOpen && PlaybackId.TryParse(mine.Id, out var known) ? known : new(Guid.CreateVersion7(facts.Now));
        facts = facts with
        {
            Standing = StandingOf(asker, entitlement, history?.State),
            GrantedAt = entitlement?.GrantedAt ?? default,
            FirstPlayedAt = history?.State.FirstPlayedAt,
            IsOpen = isOpen || mine?.DroppedAt is not null,
            DroppedAt = mine?.DroppedAt,
            Others = [.. history?.State.Others(asker.Session, facts.Now, Lives).Select(static p => new OtherPlayback(p.Id, p.OpenedAt)) ?? []],
            Devices = history?.State.Devices ?? [],
            Freshness = request.Nonce is not { } nonce ? Freshness.Unsaid : mine is null || nonce > mine.Nonce ? Freshness.Fresh : Freshness.Seen,
            Jitter = id.Jitter,
        };
        var decision = LicenceRule.Decide(terms, facts);
        if (!decision.IsGranted)
        {
            if (refusals.Find(asker.TokenId, decision.Reason) is { } logged)
            {
                return new(decision, logged);
            }

            var refused = PlaybackEvents.Refused(asker.Broadcast, asker.Viewer, request.KeyIds, decision.Reason, facts.Now);
            await ledger.AppendAsync(PlaybackEvents.StreamOf(id), isOpen ? ExpectedVersion.Any : ExpectedVersion.NoStream, [refused], cancel);
            refusals.Logged(asker.TokenId, decision.Reason, refused.Id);
            return new(decision, refused.Id);
        }

        if (playbacks.IsFull)
        {
            throw new RefusedException(s_full);
        }

        var playback = new Playback(id, asker, entitlement!, terms, time.GetTimestamp())
        {
            OpenedAt = mine is not null && isOpen ? mine.OpenedAt : facts.Now,
            FirstPlayedAt = facts.FirstPlayedAt ?? facts.Now,
            Nonces = new(mine?.Nonce ?? -1),
        };
        if (request.Nonce is { } number)
        {
            playback.Nonces.Take(number);
        }

        if (mine?.DroppedAt is { } dropped)
        {
            playback.Drop(dropped);
        }

        var appended = history is null ? await AppendFirstAsync(playback, decision, facts.Now, cancel)
            : facts.IsOpen ? await TakeOverAsync(playback, decision, facts.Now, cancel)
            : await AppendCountedAsync(playback, asker, request, decision, history.Version, cancel);
        if (appended is { IsStored: false })
        {
            return null;
        }

        playbacks.Open(playback);
        foreach (var yielded in decision.Drops)
        {
            (PlaybackId.TryParse(yielded.Id, out var other) ? playbacks.Find(other) : null)?.Drop(facts.Now);
        }

        return new(decision, playback.Decision, id, terms.MaxTier);
    }

    private bool Lives(PlaybackTrace trace) => PlaybackId.TryParse(trace.Id, out var id) && playbacks.Find(id) is { DroppedAt: null };

    // The stream is newer than the row it was found by.
    private static Standing StandingOf(Asker asker, Entitlement? entitlement, EntitlementHistory? history) =>
        entitlement is null ? Standing.None
        : history is null ? entitlement.Standing
        : history.Holder != asker.Viewer.ToString() ? Standing.Transferred
        : history.Standing;

    private async Task<AppendResult?> AppendFirstAsync(Playback playback, LicenceDecision decision, DateTimeOffset now, CancellationToken cancel)
    {
        var granted = PlaybackEvents.Granted(playback, decision.Given, renewal: 0, now);
        playback.Decision = granted.Id;
        return await ledger.AppendFirstAsync(PlaybackEvents.StreamOf(playback.Id), granted, cancel);
    }

    private async Task<AppendResult?> AppendCountedAsync(Playback playback, Asker asker, LicenceRequest request, LicenceDecision decision, long version, CancellationToken cancel)
    {
        var lease = playback.TakeLease(playback.OpenedAt) ?? playback.OpenedAt + OpenPlaybacks.Lease;
        var opened = CountedEvents.Opened(playback, asker.Session, asker.Device, request.Nonce, decision, lease);
        playback.Decision = opened.Id;
        return await ledger.AppendAsync(
            EntitlementEvents.StreamOf(playback.Entitlement), ExpectedVersion.Exactly(version),
            [
                opened,
                .. decision.Drops.Select(yielded => CountedEvents.Dropped(playback, yielded.Id, playback.OpenedAt)),
            ],
            cancel);
    }

    // It was opened in another process, or before this one was started, and goes on here.
    private async Task<AppendResult?> TakeOverAsync(Playback playback, LicenceDecision decision, DateTimeOffset now, CancellationToken cancel)
    {
        var granted = PlaybackEvents.Granted(playback, decision.Given, playback.Renew(time.GetTimestamp()), now);
        playback.Decision = granted.Id;
        await spool.KeepAsync(PlaybackEvents.StreamOf(playback.Id), granted, cancel);
        if (playback.TakeLease(now) is { } until)
        {
            await spool.KeepAsync(EntitlementEvents.StreamOf(playback.Entitlement), CountedEvents.Renewed(playback, until, now), cancel);
        }

        return null;
    }
}
