using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Media;

namespace LiveLedger.Peering.Admissions;

/// <summary>
/// Decides on admissions with nothing but the platform's public keys. That an admission is good says nothing of who shows it: that is what
/// proofs of possession are for.
/// </summary>
/// <param name="issuer">The platform.</param>
/// <param name="keys">Its keys, from <c>/.well-known/jwks.json</c>.</param>
public sealed class AdmissionVerifier(string issuer, IEnumerable<Ed25519PublicKey> keys)
{
    /// <summary>How far a reader's clock, set right by the platform's, may still be off.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Ed25519PublicKey> _keys = keys.Distinct().ToDictionary(JwkThumbprint.Of);

    /// <summary>The admission, or why it is none.</summary>
    /// <param name="text">From outside.</param>
    /// <param name="broadcast">The broadcast it is shown for.</param>
    /// <param name="now">The platform's time, as far as known.</param>
    /// <param name="admission">What it says; null if it is refused.</param>
    public AdmissionRefusal Verify(ReadOnlySpan<char> text, BroadcastId broadcast, DateTimeOffset now, out Admission? admission) => VerifyAny(text, now, broadcast, out admission);

    /// <summary>As <see cref="Verify"/>, for whichever broadcast the admission names: what a tracker of many asks.</summary>
    public AdmissionRefusal VerifyAny(ReadOnlySpan<char> text, DateTimeOffset now, out Admission? admission) => VerifyAny(text, now, broadcast: null, out admission);

    /// <summary>As <see cref="VerifyAny(ReadOnlySpan{char}, DateTimeOffset, out Admission?)"/>, at whatever time: that the platform gave it once. It lets nobody in.</summary>
    public AdmissionRefusal VerifyAsEvidence(ReadOnlySpan<char> text, out Admission? admission) => VerifyAny(text, now: null, broadcast: null, out admission);

    private AdmissionRefusal VerifyAny(ReadOnlySpan<char> text, DateTimeOffset? now, BroadcastId? broadcast, out Admission? admission)
    {
        admission = null;
        if (text.Length > AdmissionToken.MaxLength || !JwsCompact.TryParse(text, AdmissionToken.Typ, out var message))
        {
            return AdmissionRefusal.Malformed;
        }

        if (!_keys.TryGetValue(message.Kid, out var key))
        {
            return AdmissionRefusal.UnknownKey;
        }

        // Before the claims: what a stranger wrote decides nothing.
        if (!message.Verify(key))
        {
            return AdmissionRefusal.BadSignature;
        }

        var refusal = AdmissionClaims.Read(message.Payload, out var claims);
        if (refusal == AdmissionRefusal.None)
        {
            refusal = claims switch
            {
                _ when claims!.Issuer != issuer => AdmissionRefusal.WrongIssuer,
                _ when broadcast is not null && claims.Broadcast != broadcast => AdmissionRefusal.WrongBroadcast,
                _ when now < claims.IssuedAt - Leeway => AdmissionRefusal.NotYet,
                _ when now >= claims.ExpiresAt + Leeway => AdmissionRefusal.Expired,
                _ => AdmissionRefusal.None,
            };
        }

        admission = refusal == AdmissionRefusal.None ? claims : null;
        return refusal;
    }
}
