using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>The stable name and the stored JSON of each event. Names never change; a new shape takes a new schema number.</summary>
internal static class BroadcastEventJson
{
    public const string StartedType = "broadcast-started";
    public const string EndedType = "broadcast-ended";

    private const string CreatedType = "broadcast-created";

    /// <summary>Schema 1 had no key periods, which is one key throughout.</summary>
    public static (string Type, int Schema, Upcast Step) KeyPeriodsAdded { get; } = (CreatedType, 1, static payload => Write(Read(CreatedType, payload.Span)));

    /// <summary>Schema 2 had an init segment for each key period.</summary>
    public static (string Type, int Schema, Upcast Step) KeySignallingAdded { get; } = (CreatedType, 2, static payload => Write(Read(CreatedType, payload.Span)));

    /// <summary>In schema 3 viewers took every broadcast from one another too.</summary>
    public static (string Type, int Schema, Upcast Step) PeersAdded { get; } = (CreatedType, 3, static payload => Write(Read(CreatedType, payload.Span)));

    /// <summary>The schema an event is written in.</summary>
    public static int SchemaOf(BroadcastEvent e) => e is BroadcastCreated ? 4 : 1;

    public static string TypeOf(BroadcastEvent e) => e switch
    {
        BroadcastCreated => CreatedType,
        SignerCertified => "signer-certified",
        IngestKeyRotated => "ingest-key-rotated",
        PeersChosen => "peers-chosen",
        BroadcastStarted => StartedType,
        BroadcastEnded => EndedType,
        BroadcastTakenDown => "broadcast-taken-down",
        BroadcastRestored => "broadcast-restored",
        BroadcastHandedOver => "broadcast-handed-over",
        _ => throw new ArgumentOutOfRangeException(nameof(e), e.GetType().Name, "no stable name"),
    };

    public static byte[] Write(BroadcastEvent e) => JsonSerializer.SerializeToUtf8Bytes(e, e.GetType(), BroadcastJson.Default);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static BroadcastEvent Read(string type, ReadOnlySpan<byte> payload)
    {
        var target = type switch
        {
            CreatedType => typeof(BroadcastCreated),
            "signer-certified" => typeof(SignerCertified),
            "ingest-key-rotated" => typeof(IngestKeyRotated),
            "peers-chosen" => typeof(PeersChosen),
            StartedType => typeof(BroadcastStarted),
            EndedType => typeof(BroadcastEnded),
            "broadcast-taken-down" => typeof(BroadcastTakenDown),
            "broadcast-restored" => typeof(BroadcastRestored),
            "broadcast-handed-over" => typeof(BroadcastHandedOver),
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
[JsonSerializable(typeof(PeersChosen))]
[JsonSerializable(typeof(BroadcastStarted))]
[JsonSerializable(typeof(BroadcastEnded))]
[JsonSerializable(typeof(BroadcastTakenDown))]
[JsonSerializable(typeof(BroadcastRestored))]
[JsonSerializable(typeof(BroadcastHandedOver))]
internal sealed partial class BroadcastJson : JsonSerializerContext;
