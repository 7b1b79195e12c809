using LiveLedger.Media.Records;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Upstream;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>
/// The broadcaster's certificate. It is asked for anew now and then, which also says whether the broadcast was taken down; while upstream is away the last one is good on, since it is
/// the identity's signature that counts.
/// </summary>
internal sealed class SignerKeeper(RelayedBroadcast broadcast, RelayShelf shelf, TimeProvider time, CancellationToken stopping)
{
    private const int MaxCertificate = 4 * 1024;

    // As long as the origin lets caches keep it.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenFailures = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Found? _last;
    private DateTimeOffset _until;
    private Task<Found>? _asking;

    /// <summary>True once upstream says that the broadcast was taken down, until it says otherwise.</summary>
    public bool IsTakenDown { get; private set; }

    /// <summary>The certificate.</summary>
    /// <param name="pastCaches">True to ask for it now.</param>
    public Task<Found> GetAsync(bool pastCaches)
    {
        lock (_lock)
        {
            if (!pastCaches && _last is { } last && time.GetUtcNow() < _until)
            {
                return Task.FromResult(last);
            }

            return _asking ??= Task.Run(() => AskAsync(pastCaches), stopping);
        }
    }

    /// <summary>Nothing of it is served any more.</summary>
    public void TakeDown()
    {
        lock (_lock)
        {
            Settle(RelayRefusal.TakenDown, Fresh, takenDown: true);
        }
    }

    private async Task<Found> AskAsync(bool pastCaches)
    {
        try
        {
            return await AskUpstreamAsync(pastCaches);
        }
        finally
        {
            lock (_lock)
            {
                // Whatever came of it, the next who wants it asks anew.
                _asking = null;
            }
        }
    }

    private async Task<Found> AskUpstreamAsync(bool pastCaches)
    {
        var name = ObjectName.Signer(broadcast.Id);
        var answer = await shelf.Upstream.GetAsync(name, MaxCertificate, pastCaches, stopping);
        var (found, result) = Judge(answer);
        for (var retry = !pastCaches; !result.IsOk; retry = false)
        {
            shelf.Counters.CountRefused();
            if (!retry)
            {
                break;
            }

            answer = await shelf.Upstream.GetAsync(name, MaxCertificate, pastCaches: true, stopping);
            (found, result) = Judge(answer);
        }

        var kept = found is null && answer.Outcome is not (UpstreamOutcome.TakenDown or UpstreamOutcome.Absent) ? await KeptAsync(name) : null;
        lock (_lock)
        {
            if (found is not null)
            {
                shelf.Disk?.Put(found);
                return Settle(found, Fresh, takenDown: false);
            }

            if (answer.Outcome == UpstreamOutcome.TakenDown)
            {
                return Settle(RelayRefusal.TakenDown, Fresh, takenDown: true);
            }

            // Only upstream restores it; that it is silent does not.
            if (IsTakenDown)
            {
                return Settle(RelayRefusal.TakenDown, BetweenFailures, takenDown: true);
            }

            return (_last?.Object ?? kept) is { } before
                ? Settle(before, BetweenFailures, takenDown: false)
                : Settle(Refusal(answer, result), BetweenFailures, takenDown: false);
        }
    }

    private (RelayObject? Found, VerificationResult Result) Judge(UpstreamAnswer answer) => answer.Outcome switch
    {
        UpstreamOutcome.Bytes => Judge(answer.Bytes),
        UpstreamOutcome.TooLong => (null, new(VerificationFailure.CertificateInvalid)),
        _ => (null, VerificationResult.Ok),
    };

    private (RelayObject? Found, VerificationResult Result) Judge(byte[] bytes)
    {
        var result = SegmentVerification.CheckCertificate(bytes, broadcast.Id, broadcast.Identity, out var certificate);
        return (result.IsOk ? RelayObject.Of(ObjectName.Signer(broadcast.Id), certificate!) : null, result);
    }

    // A relay that starts while upstream is away serves what it has.
    private async Task<RelayObject?> KeptAsync(ObjectName name) =>
        shelf.Disk is { } disk && await disk.ReadAsync(name, MaxCertificate, stopping) is { } bytes ? Judge(bytes).Found : null;

    private static RelayRefusal Refusal(UpstreamAnswer answer, VerificationResult result) => answer.Outcome switch
    {
        _ when !result.IsOk => RelayRefusal.Unverified(result),
        UpstreamOutcome.Absent => RelayRefusal.UnknownObject,
        UpstreamOutcome.Busy => RelayRefusal.UpstreamBusy,
        UpstreamOutcome.Silent => RelayRefusal.UpstreamSilent,
        _ => RelayRefusal.UpstreamFailed,
    };

    private Found Settle(Found found, TimeSpan life, bool takenDown)
    {
        _last = found;
        _until = time.GetUtcNow() + life;
        IsTakenDown = takenDown;
        return found;
    }
}
