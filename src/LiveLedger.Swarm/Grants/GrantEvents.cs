using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Swarm.Grants;

/// <summary>A relay may carry a broadcast, or all.</summary>
internal sealed record RelayGranted(string? Broadcast, string Name, string Origin, long? UploadLimit);

/// <summary>And may no more.</summary>
internal sealed record RelayWithdrawn(string? Broadcast);

/// <summary>The stream <c>relay/{id}</c>: granted, withdrawn.</summary>
internal static partial class GrantEvents
{
    public const string Prefix = "relay/";
    public const string GrantedType = "relay-granted";
    public const string WithdrawnType = "relay-withdrawn";

    private const int Schema = 1;

    public static StreamName StreamOf(Guid id) => new($"{Prefix}{id:N}");

    public static NewEvent Granted(TimeProvider time, RelayGrant grant, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), GrantedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(grant.Broadcast?.ToString(), grant.Name, grant.Origin, grant.UploadLimit), GrantJson.Default.RelayGranted), actor);

    public static NewEvent Withdrawn(TimeProvider time, BroadcastId? broadcast, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), WithdrawnType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast?.ToString()), GrantJson.Default.RelayWithdrawn), actor);

    public static bool TryReadStream(StreamName stream, out Guid id)
    {
        id = default;
        return stream.Value.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(stream.Value[Prefix.Length..], "N", out id);
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static RelayGranted ReadGranted(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, GrantJson.Default.RelayGranted) ?? throw new InvalidDataException($"empty payload of '{GrantedType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(RelayGranted))]
    [JsonSerializable(typeof(RelayWithdrawn))]
    private sealed partial class GrantJson : JsonSerializerContext;
}
