using LiveLedger.Ledger;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Proofs;
using LiveLedger.Swarm.Bans;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Swarm.Tracker;

/// <summary>Decides who may join: an admission of ours for this tracker, shown by whoever has its key.</summary>
internal sealed class TrackerDoor(BanBook bans, TrackerAddress address, SwarmLinks links, TimeProvider time)
{
    private readonly AdmissionVerifier _verifier = new(links.Issuer, [links.PlatformKey]);

    /// <summary>Null if it may join, with what its admission says; else the code of the refusal.</summary>
    public async Task<(Admission? Admission, string? Refusal)> CheckAsync(string token, byte[] proof, Nonce nonce, HttpContext context, CancellationToken cancel)
    {
        var refusal = _verifier.VerifyAny(token, time.GetUtcNow(), out var admission);
        if (refusal != AdmissionRefusal.None)
        {
            return (null, CodeOf(refusal));
        }

        // The address in the proof: a tracker that passes a join on to another one gets nowhere.
        if (!address.IsOurs(admission!.Tracker, context))
        {
            return (null, "wrong-tracker");
        }

        if (!admission.Key.Verify(PossessionProof.JoinBytes(admission.Tracker, nonce, token), proof))
        {
            return (null, "not-proved");
        }

        return await IsBannedAsync(admission, cancel) ? (null, "revoked") : (admission, null);
    }

    // Bans of while this process was not there. While the database is away an admission, which is ten minutes old at most, is enough.
    private async Task<bool> IsBannedAsync(Admission admission, CancellationToken cancel)
    {
        try
        {
            return await bans.IsBannedAsync(admission.Broadcast, admission.Peer, cancel);
        }
        catch (LedgerUnavailableException)
        {
            return false;
        }
    }

    private static string CodeOf(AdmissionRefusal refusal) => refusal switch
    {
        AdmissionRefusal.UnknownKey => "unknown-key",
        AdmissionRefusal.BadSignature => "bad-signature",
        AdmissionRefusal.WrongIssuer => "wrong-issuer",
        AdmissionRefusal.WrongAudience => "wrong-audience",
        AdmissionRefusal.NotYet => "not-yet",
        AdmissionRefusal.Expired => "expired",
        AdmissionRefusal.TooLong => "too-long",
        AdmissionRefusal.BadKey => "bad-key",
        _ => "malformed",
    };
}
