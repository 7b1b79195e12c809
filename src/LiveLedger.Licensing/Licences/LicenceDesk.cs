using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
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
    LicencePolicy policy, LicensingLinks links, TimeProvider time)
{
    /// <summary>How long a new playback waits for a database that neither answers nor refuses.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private static readonly Refusal s_away = new(503, "ledger-unavailable", "The ledger's database does not answer; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };
    private static readonly Refusal s_full = new(503, "playbacks-full", "This server plays to as many as it can; ask again.") { RetryAfter = TimeSpan.FromSeconds(30) };
    private static readonly Refusal s_spool = new(503, "spool-unwritable", "The decision could not be written down; ask again.") { RetryAfter = TimeSpan.FromSeconds(5) };

    // A player asks for the keys of its tracks at the same time, with one token: the first opens the playback, the others renew it.
    private readonly SemaphoreSlim[] _opening = [.. Enumerable.Range(0, 64).Select(static _ => new SemaphoreSlim(1))];

    /// <summary>Decides; on <see cref="LicenceDecision.Granted"/> the keys may be given.</summary>
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

        var now = time.GetUtcNow();
        var decision = LicenceRule.Decide(policy, new(BroadcastExists: true, Standing.Entitled, Uses(asker.Broadcast, request)));
        if (decision == LicenceDecision.Granted)
        {
            var renewal = playback.Renew(time.GetTimestamp());
            await SpoolAsync(playback.Id, PlaybackEvents.Granted(playback, request.KeyIds, renewal, now), cancel);
        }
        else if (refusals.IsDue(asker.TokenId, decision))
        {
            await SpoolAsync(playback.Id, PlaybackEvents.Refused(asker.Broadcast, asker.Viewer.ToString(), request.KeyIds, decision, now), cancel);
            refusals.Logged(asker.TokenId, decision);
        }

        return decision;
    }

    private async Task<LicenceDecision> OpenAsync(Asker asker, LicenceRequest request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var exists = await links.OwnerOf(asker.Broadcast, limit.Token) is not null;
            var entitlement = exists ? await entitlements.FindAsync(asker.Broadcast, asker.Viewer, limit.Token) : null;
            var standing = entitlement switch { null => Standing.None, { Holds: false } => Standing.Revoked, _ => Standing.Entitled };
            var decision = LicenceRule.Decide(policy, new(exists, standing, exists ? Uses(asker.Broadcast, request) : []));
            var now = time.GetUtcNow();
            var id = new PlaybackId(Guid.CreateVersion7(now));
            if (decision == LicenceDecision.Granted)
            {
                if (playbacks.IsFull)
                {
                    throw new RefusedException(s_full);
                }

                var playback = new Playback(id, asker.Broadcast, asker.Viewer, entitlement!.Id, time.GetTimestamp());
                await AppendAsync(id, PlaybackEvents.Granted(playback, request.KeyIds, renewal: 0, now), limit.Token);
                playbacks.Open(asker.TokenId, playback);
            }
            else if (refusals.IsDue(asker.TokenId, decision))
            {
                await AppendAsync(id, PlaybackEvents.Refused(asker.Broadcast, asker.Viewer.ToString(), request.KeyIds, decision, now), limit.Token);
                refusals.Logged(asker.TokenId, decision);
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

    private List<KeyUse?> Uses(BroadcastId broadcast, LicenceRequest request) => [.. request.KeyIds.Select(id => keys.Find(broadcast, id))];
}
