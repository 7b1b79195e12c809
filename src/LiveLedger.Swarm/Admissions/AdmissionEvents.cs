using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Admissions;

/// <summary>A peer was admitted: which key may act for which pseudonym, and until when. No address, no account.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Key">Its key, as base64url: what it signs in the swarm can be held against it.</param>
/// <param name="Role">viewer, relay or seed.</param>
/// <param name="Private">Introduced to relays alone.</param>
/// <param name="IssuedAt">From.</param>
/// <param name="ExpiresAt">Until.</param>
internal sealed record PeerAdmitted(string Broadcast, string Peer, string Key, string Role, bool Private, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>The stream <c>admission/{broadcast}/{jti}</c>: one event each, so that many are appended in one transaction. By its name alone a reader of the log sees whose it is.</summary>
internal static partial class AdmissionEvents
{
    public const string Prefix = "admission/";
    public const string AdmittedType = "peer-admitted";

    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(Admission admission) => new($"{Prefix}{admission.Broadcast}/{admission.Id}");

    public static NewEvent Admitted(Admission admission) => new(
        Guid.CreateVersion7(admission.IssuedAt), AdmittedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(admission.Broadcast.ToString(), admission.Peer.ToString(), Cryptography.StrictBase64Url.Encode(admission.Key.Value.ToArray()),
                admission.Role.ToString().ToLowerInvariant(), admission.IsPrivate, admission.IssuedAt, admission.ExpiresAt),
            AdmissionJson.Default.PeerAdmitted),
        Actor);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(PeerAdmitted))]
    private sealed partial class AdmissionJson : JsonSerializerContext;
}
