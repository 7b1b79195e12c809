using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>A viewer may watch a broadcast.</summary>
/// <param name="Broadcast">Which.</param>
/// <param name="Viewer">The viewer's pseudonym.</param>
/// <param name="Subject">The key that seals the name; null in events of before there was one.</param>
/// <param name="Name">The viewer's name, sealed, base64url.</param>
internal sealed record EntitlementGranted(string Broadcast, string Viewer, string? Subject = null, string? Name = null);

/// <summary>And may no more.</summary>
internal sealed record EntitlementRevoked(string Broadcast);

/// <summary>The stream <c>entitlement/{id}</c>: granted at version 0, revoked at version 1, and nothing else.</summary>
internal static partial class EntitlementEvents
{
    private const int Schema = 1;

    // Which account acted is the broadcast's owner; its name is not for the public log.
    private const string Actor = "broadcaster";

    public static StreamName StreamOf(EntitlementId id) => new($"entitlement/{id}");

    public static NewEvent Granted(TimeProvider time, BroadcastId broadcast, SealedViewer viewer) => new(
        Guid.CreateVersion7(time.GetUtcNow()), "entitlement-granted", 2,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name)), EntitlementJson.Default.EntitlementGranted), Actor);

    public static NewEvent Revoked(TimeProvider time, BroadcastId broadcast) => new(
        Guid.CreateVersion7(time.GetUtcNow()), "entitlement-revoked", Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), EntitlementJson.Default.EntitlementRevoked), Actor);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementGranted))]
    [JsonSerializable(typeof(EntitlementRevoked))]
    private sealed partial class EntitlementJson : JsonSerializerContext;
}
