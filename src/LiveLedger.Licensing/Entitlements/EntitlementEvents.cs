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
    public const string Prefix = "entitlement/";
    public const string GrantedType = "entitlement-granted";
    public const string RevokedType = "entitlement-revoked";

    private const int Schema = 1;

    // Which account acted is the broadcast's owner; its name is not for the public log.
    private const string Actor = "broadcaster";

    public static StreamName StreamOf(EntitlementId id) => new(Prefix + id);

    public static NewEvent Granted(TimeProvider time, BroadcastId broadcast, SealedViewer viewer) => new(
        Guid.CreateVersion7(time.GetUtcNow()), GrantedType, 2,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name)), EntitlementJson.Default.EntitlementGranted), Actor);

    public static NewEvent Revoked(TimeProvider time, BroadcastId broadcast) => new(
        Guid.CreateVersion7(time.GetUtcNow()), RevokedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), EntitlementJson.Default.EntitlementRevoked), Actor);

    /// <summary>The grants of before names were kept say so themselves in schema 2: no subject and no name.</summary>
    public static (string Type, int Schema, Upcast Step) NamesKept { get; } = (GrantedType, 1, static payload =>
        JsonSerializer.SerializeToUtf8Bytes(ReadGranted(payload.Span) with { Subject = null, Name = null }, EntitlementJson.Default.EntitlementGranted));

    /// <summary>The entitlement whose stream this is; false if it is none of ours.</summary>
    public static bool TryReadStream(StreamName stream, out EntitlementId id)
    {
        id = default;
        return stream.Value.StartsWith(Prefix, StringComparison.Ordinal) && EntitlementId.TryParse(stream.Value[Prefix.Length..], out id);
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static EntitlementGranted ReadGranted(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, EntitlementJson.Default.EntitlementGranted) ?? throw new InvalidDataException($"empty payload of '{GrantedType}'");

    /// <inheritdoc cref="ReadGranted"/>
    public static EntitlementRevoked ReadRevoked(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, EntitlementJson.Default.EntitlementRevoked) ?? throw new InvalidDataException($"empty payload of '{RevokedType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementGranted))]
    [JsonSerializable(typeof(EntitlementRevoked))]
    private sealed partial class EntitlementJson : JsonSerializerContext;
}
