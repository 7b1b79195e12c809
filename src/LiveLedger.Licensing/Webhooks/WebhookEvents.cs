using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>
/// A shop is told from here on. Its secret is derived, and in no event; its address, which often is a password in itself, is sealed: payloads are
/// for ever, and auditors and holders of a bundle read them.
/// </summary>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="SealedUrl">Where to: base64 of what <see cref="WebhookSecrets.SealUrl"/> gave.</param>
/// <param name="Types">Of what; empty for everything.</param>
/// <param name="After">The log's size then. An index and no time: the clocks of several servers are not one.</param>
internal sealed record WebhookAdded(string Broadcast, byte[] SealedUrl, IReadOnlyList<string> Types, long After);

/// <summary>And no more.</summary>
internal sealed record WebhookRemoved(string Broadcast);

/// <summary>The stream <c>webhook/{id}</c>: added, removed.</summary>
internal static partial class WebhookEvents
{
    public const string Prefix = "webhook/";
    public const string AddedType = "webhook-added";
    public const string RemovedType = "webhook-removed";

    private const int Schema = 1;
    private const string Actor = "broadcaster";

    public static StreamName StreamOf(WebhookId id) => new(Prefix + id);

    public static NewEvent Added(Guid id, WebhookAdded added) => new(id, AddedType, Schema, JsonSerializer.SerializeToUtf8Bytes(added, WebhookJson.Default.WebhookAdded), Actor);

    public static NewEvent Removed(Guid id, BroadcastId broadcast) => new(
        id, RemovedType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString()), WebhookJson.Default.WebhookRemoved), Actor);

    public static bool TryReadStream(StreamName stream, out WebhookId id)
    {
        id = default;
        return stream.Value.StartsWith(Prefix, StringComparison.Ordinal) && WebhookId.TryParse(stream.Value[Prefix.Length..], out id);
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static WebhookAdded ReadAdded(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, WebhookJson.Default.WebhookAdded) ?? throw new InvalidDataException("empty payload of a webhook");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(WebhookAdded))]
    [JsonSerializable(typeof(WebhookRemoved))]
    private sealed partial class WebhookJson : JsonSerializerContext;
}
