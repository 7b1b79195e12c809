using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>Who asks: what a viewer token says, verified.</summary>
/// <param name="TokenId">Its <c>jti</c>: one token is one playback.</param>
/// <param name="Broadcast">The one broadcast it is for.</param>
/// <param name="Viewer">The viewer's pseudonym there.</param>
internal sealed record Asker(string TokenId, BroadcastId Broadcast, ViewerPseudonym Viewer);

/// <summary>
/// Decides on licences and sees to it that each decision is logged before it is answered: a first licence in the ledger itself, a
/// renewal in the spool, so that what plays goes on while the database is away.
/// </summary>
internal sealed class LicenceDesk(
    EventStore ledger, EntitlementBook entitlements, MasterKeys keys, OpenPlaybacks playbacks, PlaybackSpool spool, RefusalLimit refusals,
    BroadcastWatch broadcasts, TimeProvider time)
{
    /// <summary>How long a new playback waits for a database that neither answers nor refuses.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly Refusal s_away = new(503, "ledger-unavailable", "The ledger's database does not answer; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };
    private static readonly Refusal s_full = new(503, "playbacks-full", "This server plays to as many as it can; ask again.") { RetryAfter = TimeSpan.FromSeconds(30) };
    private static readonly Refusal s_spool = new(503, "spool-unwritable", "The decision could not be written down; ask again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    // A player asks for the keys of its tracks at the same time, with one token: the first opens the playback, the others renew it.
    private readonly SemaphoreSlim[] _opening = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1))];

    /// <summary>Decides; the keys in <see cref="LicenceDecision.Given"/> may be given.</summary>
    /// <exception cref="RefusedException">Nothing could be decided or written down now.</exception>
    public async Task<LicenceDecision> DecideAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        if (await TryRenewAsync(asker, request, cancel) is { } renewed)
        {
            return renewed;
        }

        var gate = _opening[(uint)asker.TokenId.GetHashCode() % _opening.Length];
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

    /// <summary>From memory alone; null if there is no such playback.</summary>
    private async Task<LicenceDecision?> TryRenewAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        if (playbacks.Find(asker.TokenId) is not { } playback || playback.Broadcast != asker.Broadcast)
        {
            return null;
        }

        if (entitlements.IsRevoked(playback.Entitlement))
        {
            playbacks.Close(asker.TokenId);
            return null;
        }

        var facts = Facts(await broadcasts.FindAsync(asker.Broadcast, cancel), Standing.Entitled, playback.Jitter, asker, request) with { IsOpen = true };
        var decision = LicenceRule.Decide(OfferTerms.Open, facts);
        if (decision.IsGranted)
        {
            var renewal = playback.Renew(time.GetTimestamp());
            await SpoolAsync(playback.Id, PlaybackEvents.Granted(playback, decision.Given, renewal, facts.Now), cancel);
        }
        else if (refusals.IsDue(asker.TokenId, decision.Reason))
        {
            await SpoolAsync(playback.Id, PlaybackEvents.Refused(asker.Broadcast, asker.Viewer.ToString(), request.KeyIds, decision.Reason, facts.Now), cancel);
            refusals.Logged(asker.TokenId, decision.Reason);
        }

        return decision;
    }

    private async Task<LicenceDecision> OpenAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var broadcast = await broadcasts.FindAsync(asker.Broadcast, limit.Token);
            var entitlement = broadcast is null ? null : await entitlements.FindAsync(asker.Broadcast, asker.Viewer, limit.Token);
            var standing = entitlement switch { null => Standing.None, { Holds: false } => Standing.Revoked, _ => Standing.Entitled };
            var id = new PlaybackId(Guid.CreateVersion7(time.GetUtcNow()));
            var facts = Facts(broadcast, standing, id.Jitter, asker, request);
            var decision = LicenceRule.Decide(OfferTerms.Open, facts);
            if (decision.IsGranted)
            {
                if (playbacks.IsFull)
                {
                    throw new RefusedException(s_full);
                }

                var playback = new Playback(id, asker.Broadcast, asker.Viewer, entitlement!.Id, time.GetTimestamp());
                await AppendAsync(id, PlaybackEvents.Granted(playback, decision.Given, renewal: 0, facts.Now), limit.Token);
                playbacks.Open(asker.TokenId, playback);
            }
            else if (refusals.IsDue(asker.TokenId, decision.Reason))
            {
                await AppendAsync(id, PlaybackEvents.Refused(asker.Broadcast, asker.Viewer.ToString(), request.KeyIds, decision.Reason, facts.Now), limit.Token);
                refusals.Logged(asker.TokenId, decision.Reason);
            }

            return decision;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RefusedException(s_away);
        }
    }

    private Task AppendAsync(PlaybackId id, NewEvent e, CancellationToken cancel) =>
        ledger.AppendAsync(PlaybackEvents.StreamOf(id), ExpectedVersion.NoStream, [e], cancel);

    private async Task SpoolAsync(PlaybackId id, NewEvent e, CancellationToken cancel)
    {
        try
        {
            await spool.WriteAsync(new(PlaybackEvents.StreamOf(id), e), cancel);
        }
        catch (IOException)
        {
            throw new RefusedException(s_spool);
        }
    }

    private LicenceFacts Facts(BroadcastFacts? broadcast, Standing standing, double jitter, Asker asker, LicenceRequest request) => new()
    {
        Now = time.GetUtcNow(),
        Phase = broadcast?.Phase,
        KeyPeriod = broadcast?.KeyPeriod ?? KeyPeriodLength.Whole,
        Edge = broadcast?.Edge,
        Standing = standing,
        Jitter = jitter,
        // Without a broadcast there is no key to look with.
        Asked = broadcast is null ? [] : [.. request.KeyIds.Select(id => new AskedKey(id, keys.Find(asker.Broadcast, id)))],
    };
}
