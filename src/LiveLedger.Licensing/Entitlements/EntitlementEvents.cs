using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>A viewer may watch a broadcast.</summary>
/// <param name="Broadcast">Which.</param>
/// <param name="Viewer">The viewer's pseudonym.</param>
/// <param name="Subject">The key that seals the name; null in events of before there was one.</param>
/// <param name="Name">The viewer's name, sealed, base64url.</param>
/// <param name="Offer">What was sold; null for everything, without limits.</param>
/// <param name="OfferVersion">In which version.</param>
/// <param name="Ticket">The ticket on a chain that it stands for; null for what a shop granted.</param>
internal sealed record EntitlementGranted(
    string Broadcast, string Viewer, string? Subject = null, string? Name = null, string? Offer = null, int? OfferVersion = null, string? Ticket = null);

/// <summary>Its standing has changed: suspended, resumed, revoked or refunded, as the type says.</summary>
internal sealed record EntitlementChanged(string Broadcast);

/// <summary>It is somebody else's.</summary>
internal sealed record EntitlementTransferred(string Broadcast, string Viewer, string Subject, string Name);

/// <summary>The stream <c>entitlement/{id}</c>: granted at version 0, then what became of it, and the playbacks that count against each other.</summary>
internal static partial class EntitlementEvents
{
    public const string Prefix = "entitlement/";
    public const string GrantedType = "entitlement-granted";
    public const string SuspendedType = "entitlement-suspended";
    public const string ResumedType = "entitlement-resumed";
    public const string RevokedType = "entitlement-revoked";
    public const string RefundedType = "entitlement-refunded";
    public const string TransferredType = "entitlement-transferred";

    private const int GrantedSchema = 4;
    private const int Schema = 1;

    /// <summary>Who acted where a shop did. Which account is the broadcast's owner; its name is not for the public log.</summary>
    public const string Actor = "broadcaster";

    /// <summary>Who acted where a ticket on a chain was sold, passed on or given back.</summary>
    public const string OfChain = "chain";

    public static StreamName StreamOf(EntitlementId id) => new(Prefix + id);

    public static NewEvent Granted(Guid id, BroadcastId broadcast, SealedViewer viewer, OfferVersion? sold, string? ticket = null) => new(
        id, GrantedType, GrantedSchema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name), sold?.Id.ToString(), sold?.Version, ticket),
            EntitlementJson.Default.EntitlementGranted),
        ticket is null ? Actor : OfChain);

    /// <summary>A change of standing; <paramref name="type"/> is one of the types above.</summary>
    public static NewEvent Changed(TimeProvider time, string type, BroadcastId broadcast, string actor = Actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), type, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), EntitlementJson.Default.EntitlementChanged), actor);

    public static NewEvent Transferred(TimeProvider time, BroadcastId broadcast, SealedViewer viewer, string actor = Actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), TransferredType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(broadcast.ToString(), viewer.Pseudonym.ToString(), viewer.Subject.ToString(), StrictBase64Url.Encode(viewer.Name)), EntitlementJson.Default.EntitlementTransferred),
        actor);

    /// <summary>What an event makes of an entitlement; null if it leaves its standing as it is.</summary>
    public static Standing? StandingAfter(string type) => type switch
    {
        GrantedType or ResumedType => Standing.Entitled,
        SuspendedType => Standing.Suspended,
        RevokedType => Standing.Revoked,
        RefundedType => Standing.Refunded,
        _ => null,
    };

    /// <summary>The grants of before names were kept say so themselves in schema 2: no subject and no name.</summary>
    public static (string Type, int Schema, Upcast Step) NamesKept { get; } = (GrantedType, 1, static payload =>
        JsonSerializer.SerializeToUtf8Bytes(ReadGranted(payload.Span) with { Subject = null, Name = null }, EntitlementJson.Default.EntitlementGranted));

    /// <summary>Those of before there were offers say so in schema 3: everything was granted.</summary>
    public static (string Type, int Schema, Upcast Step) OffersNamed { get; } = (GrantedType, 2, static payload =>
        JsonSerializer.SerializeToUtf8Bytes(ReadGranted(payload.Span) with { Offer = null, OfferVersion = null }, EntitlementJson.Default.EntitlementGranted));

    /// <summary>And those of before there were tickets in schema 4: a shop granted them.</summary>
    public static (string Type, int Schema, Upcast Step) TicketsNamed { get; } = (GrantedType, 3, static payload =>
        JsonSerializer.SerializeToUtf8Bytes(ReadGranted(payload.Span) with { Ticket = null }, EntitlementJson.Default.EntitlementGranted));

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
    public static EntitlementChanged ReadChanged(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, EntitlementJson.Default.EntitlementChanged) ?? throw new InvalidDataException("empty payload of an entitlement");

    /// <inheritdoc cref="ReadGranted"/>
    public static EntitlementTransferred ReadTransferred(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, EntitlementJson.Default.EntitlementTransferred) ?? throw new InvalidDataException($"empty payload of '{TransferredType}'");

    /// <summary>A pseudonym as events hold it.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ViewerPseudonym ReadViewer(string text) => StrictBase64Url.TryDecode(text, out var bytes) && bytes.Length == 32
        ? new(new(bytes)) : throw new InvalidDataException("an entitlement is nobody's");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementGranted))]
    [JsonSerializable(typeof(EntitlementChanged))]
    [JsonSerializable(typeof(EntitlementTransferred))]
    private sealed partial class EntitlementJson : JsonSerializerContext;
}
