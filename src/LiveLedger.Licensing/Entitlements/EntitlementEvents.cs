using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>A viewer may watch a broadcast.</summary>
internal sealed record EntitlementGranted(string Broadcast, string Viewer);

/// <summary>And may no more.</summary>
internal sealed record EntitlementRevoked(string Broadcast);

/// <summary>The stream <c>entitlement/{id}</c>: granted at version 0, revoked at version 1, and nothing else.</summary>
internal static partial class EntitlementEvents
{
    private const int Schema = 1;

    // Which account acted is the broadcast's owner; its name is not for the public log.
    private const string Actor = "broadcaster";

    public static StreamName StreamOf(EntitlementId id) => new($"entitlement/{id}");

    public static NewEvent Granted(TimeProvider time, BroadcastId broadcast, ViewerPseudonym viewer) => new(
        Guid.CreateVersion7(time.GetUtcNow()), "entitlement-granted", Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), viewer.ToString()), EntitlementJson.Default.EntitlementGranted), Actor);

    public static NewEvent Revoked(TimeProvider time, BroadcastId broadcast) => new(
        Guid.CreateVersion7(time.GetUtcNow()), "entitlement-revoked", Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), EntitlementJson.Default.EntitlementRevoked), Actor);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementGranted))]
    [JsonSerializable(typeof(EntitlementRevoked))]
    private sealed partial class EntitlementJson : JsonSerializerContext;
}
