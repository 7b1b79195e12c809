using System.Text.Json;
using System.Text.Json.Serialization;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>The stable name and the stored JSON of each event. Names never change; a new shape takes a new schema number.</summary>
internal static class BroadcastEventJson
{
    /// <summary>Schema version of every payload here.</summary>
    public const int Schema = 1;

    public static string TypeOf(BroadcastEvent e) => e switch
    {
        BroadcastCreated => "broadcast-created",
        SignerCertified => "signer-certified",
        IngestKeyRotated => "ingest-key-rotated",
        BroadcastStarted => "broadcast-started",
        BroadcastEnded => "broadcast-ended",
        _ => throw new ArgumentOutOfRangeException(nameof(e), e.GetType().Name, "no stable name"),
    };

    public static byte[] Write(BroadcastEvent e) => JsonSerializer.SerializeToUtf8Bytes(e, e.GetType(), BroadcastJson.Default);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static BroadcastEvent Read(string type, ReadOnlySpan<byte> payload)
    {
        var target = type switch
        {
            "broadcast-created" => typeof(BroadcastCreated),
            "signer-certified" => typeof(SignerCertified),
            "ingest-key-rotated" => typeof(IngestKeyRotated),
            "broadcast-started" => typeof(BroadcastStarted),
            "broadcast-ended" => typeof(BroadcastEnded),
            _ => throw new InvalidDataException($"unknown broadcast event '{type}'"),
        };
        return JsonSerializer.Deserialize(payload, target, BroadcastJson.Default) as BroadcastEvent
            ?? throw new InvalidDataException($"empty payload of '{type}'");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BroadcastCreated))]
[JsonSerializable(typeof(SignerCertified))]
[JsonSerializable(typeof(IngestKeyRotated))]
[JsonSerializable(typeof(BroadcastStarted))]
[JsonSerializable(typeof(BroadcastEnded))]
internal sealed partial class BroadcastJson : JsonSerializerContext;
