using System.Buffers.Text;
using LiveLedger.Broadcasting.Ingest;
using LiveLedger.Broadcasting.Logging;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Broadcasting.Signing;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>What a broadcaster can do to a broadcast: each command checks, then appends one event.</summary>
internal sealed class BroadcastCommands(
    BroadcastBook book, LivePipelines pipelines, Recordings recordings, SegmentLog log, SessionKeys keys, Withheld withheld, BroadcastingLinks links, TimeProvider time)
{
    /// <summary>Longest reason of a takedown in characters.</summary>
    public const int MaxReasonLength = 500;

    /// <summary>Longest title in characters.</summary>
    public const int MaxTitleLength = 200;

    /// <summary>The actor written with a command's event: the role; who exactly is in the payload.</summary>
    private const string Actor = "broadcaster";

    /// <summary>Commands to one broadcast come one after the other; a few share a lock, which costs only time.</summary>
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>How long ending waits for the last segments to be logged.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    /// <summary>Makes a broadcast and its keys. Returns it with its ingest key, which is not kept.</summary>
    public async Task<(Broadcast Broadcast, string IngestKey)> CreateAsync(
        string owner, string title, ProtectionScheme scheme, KeyPeriodLength keyPeriod, KeySignalling signalling, BroadcastPeers peers, CancellationToken cancellation)
    {
        var id = BroadcastId.New(time);
        // Keys first: a broadcast whose keys are not durable must not exist. A crash in between leaves keys nobody names.
        await links.CreateContentKeys(id, scheme, keyPeriod);
        var session = keys.Create(id);
        var (key, hash) = IngestKey.Generate();
        var created = new BroadcastCreated(
            time.GetUtcNow(), title, owner, scheme, Base64Url.EncodeToString(session.Value.ToArray()), Convert.ToHexStringLower(hash), keyPeriod.Seconds, signalling, peers);
        return (await book.AppendAsync(new() { Id = id }, created, Actor, cancellation), key);
    }

    /// <summary>Takes the broadcaster's certificate for the session key.</summary>
    public async Task<Refusal?> CertifyAsync(Broadcast broadcast, byte[] certificate, CancellationToken cancellation)
    {
        if (broadcast.Certificate is { } known)
        {
            return known.AsSpan().SequenceEqual(certificate)
                ? null
                : new(409, "signer-already-set", "This broadcast's signer is certified already; its records are bound to that identity.");
        }

        if (SegmentVerification.CheckCertificate(certificate, broadcast.Id, null, out var signed) is { IsOk: false } bad)
        {
            return new(422, bad.ToString()!, "The certificate does not hold for this broadcast.");
        }

        if (signed!.Certificate.SessionKey != broadcast.SessionKey)
        {
            return new(422, "certificate-wrong-key", "The certificate is for another session key than this broadcast's.");
        }

        if (broadcast.NamedIdentity is { } named && IdentityText.Format(signed.Certificate.Identity) != named)
        {
            return new(422, "certificate-wrong-identity", "The broadcast was handed over to another identity key; certify with the one that was named then.");
        }

        var now = time.GetUtcNow();
        if (now < signed.Certificate.NotBefore || now > signed.Certificate.NotAfter)
        {
            return new(422, "certificate-expired", "The certificate does not hold now; look at its times and at the clocks.");
        }

        await book.AppendAsync(broadcast, new SignerCertified(now, Base64Url.EncodeToString(certificate)), Actor, cancellation);
        return null;
    }

    /// <summary>Replaces the ingest key.</summary>
    public async Task<string> RotateIngestKeyAsync(Broadcast broadcast, CancellationToken cancellation)
    {
        var (key, hash) = IngestKey.Generate();
        await book.AppendAsync(broadcast, new IngestKeyRotated(time.GetUtcNow(), Convert.ToHexStringLower(hash)), Actor, cancellation);
        return key;
    }

    /// <summary>Says from whom viewers take the broadcast, until it is started.</summary>
    public Task<Refusal?> ChoosePeersAsync(BroadcastId id, BroadcastPeers peers, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.Peers == peers)
            {
                return null;
            }

            // Viewers hold admissions of what was said before: those introduced to one another cannot unlearn an address.
            if (broadcast.State != BroadcastState.Created)
            {
                return new(409, "peers-fixed", "From whom its viewers take a broadcast is settled once it was started; create another.");
            }

            await book.AppendAsync(broadcast, new PeersChosen(time.GetUtcNow(), peers), Actor, cancellation);
            return null;
        },
        cancellation);

    /// <summary>Lets publishers in; also again, after an end that was not carried through.</summary>
    public Task<Refusal?> StartAsync(BroadcastId id, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.TakenDownAt is not null)
            {
                return Withheld.Refusal;
            }

            if (broadcast.State == BroadcastState.Ended)
            {
                return new(409, "broadcast-ended", "An ended broadcast cannot be started again; create another.");
            }

            if (broadcast.Signer is not { } signer)
            {
                return new(409, "signer-missing", "Certify the session key first: without a signer no viewer could check a segment.");
            }

            if (time.GetUtcNow() > signer.NotAfter)
            {
                return new(409, "signer-expired", "The signer certificate is no longer valid; create another broadcast.");
            }

            if (broadcast.State == BroadcastState.Created)
            {
                broadcast = await book.AppendAsync(broadcast, new BroadcastStarted(time.GetUtcNow()), Actor, cancellation);
            }

            return pipelines.TryOpen(broadcast) ? null : Refusals.LiveElsewhere;
        },
        cancellation);

    /// <summary>Closes the broadcast and states how each track ended.</summary>
    public Task<Refusal?> EndAsync(BroadcastId id, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.State == BroadcastState.Created)
            {
                return new(409, "broadcast-not-live", "The broadcast has not been started.");
            }

            if (broadcast.State == BroadcastState.Live && recordings.TryTake(id) is null)
            {
                return Refusals.LiveElsewhere;
            }

            if (broadcast.State == BroadcastState.Live && await EndLiveAsync(broadcast, cancellation) is { } refusal)
            {
                return refusal;
            }

            // Also for a broadcast that ended before: a crash after the event may have left these to do.
            pipelines.Remove(id);
            keys.Destroy(id);
            recordings.LetGo(id);
            log.Forget(id);
            return null;
        },
        cancellation);

    /// <summary>Makes a broadcast another account's, which has named an identity key of its own. Null also if it is that already.</summary>
    public Task<Refusal?> HandOverAsync(BroadcastId id, string owner, string identity, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.Owner != owner || (broadcast.NamedIdentity ?? broadcast.Signer?.Identity) != identity)
            {
                var hash = broadcast.State == BroadcastState.Created ? Convert.ToHexStringLower(IngestKey.Generate().Hash) : null;
                await book.AppendAsync(broadcast, new BroadcastHandedOver(time.GetUtcNow(), owner, identity, hash), "chain", cancellation);
            }

            return null;
        },
        cancellation);

    /// <summary>Withdraws the broadcast: nothing of it is served and no key is given, until it is restored. Also when it is taken down already.</summary>
    public Task<Refusal?> TakeDownAsync(BroadcastId id, string role, string reason, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.TakenDownAt is null)
            {
                await book.AppendAsync(broadcast, new BroadcastTakenDown(time.GetUtcNow(), reason, role), role, cancellation);
            }

            // Here at once; in other processes when BroadcastFollower hears of it.
            withheld.Add(id);
            if (pipelines.Find(id) is { } live)
            {
                await live.CloseAsync();
            }

            return null;
        },
        cancellation);

    /// <summary>Undoes a takedown: the broadcast is as it was.</summary>
    public Task<Refusal?> RestoreAsync(BroadcastId id, string role, CancellationToken cancellation) => InTurnAsync(
        id,
        async broadcast =>
        {
            if (broadcast.TakenDownAt is not null)
            {
                broadcast = await book.AppendAsync(broadcast, new BroadcastRestored(time.GetUtcNow(), role), role, cancellation);
            }

            withheld.Remove(id);
            if (broadcast.State == BroadcastState.Live)
            {
                // Where another process has it, that one lets publishers in again when it hears of this.
                pipelines.TryOpen(broadcast);
            }

            return null;
        },
        cancellation);

    private async Task<Refusal?> EndLiveAsync(Broadcast broadcast, CancellationToken cancellation)
    {
        var pipeline = pipelines.Find(broadcast.Id);
        if (pipeline is not null)
        {
            await pipeline.CloseAsync();
        }

        if (!await log.DrainAsync(broadcast.Id, EndPatience, cancellation))
        {
            // Nothing was ended yet: the stream goes on.
            pipeline?.Reopen();
            return new(503, "segments-not-logged", "The last segments are not in the ledger yet; end the broadcast again in a moment.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }

        var totals = recordings.TryTake(broadcast.Id)!.Tracks
            .Select(t => new TrackTotal(t.Name.Value, t.Count, t.Count > 0 ? t.Head.ToString() : null))
            .ToArray();
        // If this throws, the end may or may not be in the ledger: the broadcast stays closed, for a segment after a stated
        // end would be false. Ending it again finds out; starting it again opens it if it did not end.
        await book.AppendAsync(broadcast, new BroadcastEnded(time.GetUtcNow(), totals), Actor, cancellation);
        return null;
    }

    private async Task<Refusal?> InTurnAsync(BroadcastId id, Func<Broadcast, Task<Refusal?>> command, CancellationToken cancellation)
    {
        var turn = _turns[(uint)id.GetHashCode() % _turns.Length];
        await turn.WaitAsync(cancellation);
        try
        {
            // Read in turn, and from the ledger: what the caller saw may be of before the last command, here or in another process.
            return await book.FindLatestAsync(id, cancellation) is { } broadcast
                ? await command(broadcast)
                : new Refusal(404, "broadcast-unknown", "There is no such broadcast.");
        }
        finally
        {
            turn.Release();
        }
    }
}
