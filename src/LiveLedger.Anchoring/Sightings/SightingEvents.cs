using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Sightings;

/// <summary>The chain has taken blocks back: what was seen in them did not happen.</summary>
/// <param name="To">The last block that stands.</param>
/// <param name="ToHash">Its hash.</param>
/// <param name="Undone">Versions, in this stream, of the sightings that are undone, in their order.</param>
internal sealed record BlocksTakenBack(ulong To, string ToHash, IReadOnlyList<long> Undone);

/// <summary>
/// The stream <c>chain/{deployment}</c>: what our contracts said in confirmed blocks, in the chain's order, and what was undone. So it is the platform's
/// whole view of the chain, and anybody with a node can compare.
/// </summary>
internal static partial class SightingEvents
{
    public const string Prefix = "chain/";
    public const string TakenBackType = "blocks-taken-back";

    private const int Schema = 1;
    private const string Actor = "chain";

    private static readonly Dictionary<string, Type> s_types = new()
    {
        ["checkpoint-anchored"] = typeof(CheckpointAnchored),
        ["ownership-registered"] = typeof(OwnershipRegistered),
        ["content-sealed"] = typeof(ContentSealed),
        ["ownership-transferred"] = typeof(OwnershipTransferred),
        ["hand-over-accepted"] = typeof(HandOverAccepted),
        ["sale-created"] = typeof(SaleCreated),
        ["sale-started"] = typeof(SaleStarted),
        ["sale-refunding"] = typeof(SaleRefunding),
        ["sale-settled"] = typeof(SaleSettled),
        ["ticket-bought"] = typeof(TicketBought),
        ["ticket-transferred"] = typeof(TicketTransferred),
        ["ticket-refunded"] = typeof(TicketRefunded),
        ["outage-paid"] = typeof(OutagePaid),
    };

    private static readonly Dictionary<Type, string> s_names = s_types.ToDictionary(static t => t.Value, static t => t.Key);

    public static NewEvent Seen(TimeProvider time, Sighting sighting) => new(
        Guid.CreateVersion7(time.GetUtcNow()), s_names[sighting.GetType()], Schema, JsonSerializer.SerializeToUtf8Bytes(sighting, sighting.GetType(), SightingJson.Default), Actor);

    public static NewEvent TakenBack(TimeProvider time, BlocksTakenBack taken) => new(
        Guid.CreateVersion7(time.GetUtcNow()), TakenBackType, Schema, JsonSerializer.SerializeToUtf8Bytes(taken, SightingJson.Default.BlocksTakenBack), Actor);

    /// <summary>What was seen; null for an event that is none.</summary>
    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static Sighting? Read(string type, ReadOnlySpan<byte> payload) => !s_types.TryGetValue(type, out var shape) ? null
        : JsonSerializer.Deserialize(payload, shape, SightingJson.Default) as Sighting ?? throw new InvalidDataException($"empty payload of '{type}'");

    /// <inheritdoc cref="Read"/>
    public static BlocksTakenBack ReadTakenBack(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, SightingJson.Default.BlocksTakenBack) ?? throw new InvalidDataException($"empty payload of '{TakenBackType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
    [JsonSerializable(typeof(BlocksTakenBack))]
    [JsonSerializable(typeof(CheckpointAnchored))]
    [JsonSerializable(typeof(OwnershipRegistered))]
    [JsonSerializable(typeof(ContentSealed))]
    [JsonSerializable(typeof(OwnershipTransferred))]
    [JsonSerializable(typeof(HandOverAccepted))]
    [JsonSerializable(typeof(SaleCreated))]
    [JsonSerializable(typeof(SaleStarted))]
    [JsonSerializable(typeof(SaleRefunding))]
    [JsonSerializable(typeof(SaleSettled))]
    [JsonSerializable(typeof(TicketBought))]
    [JsonSerializable(typeof(TicketTransferred))]
    [JsonSerializable(typeof(TicketRefunded))]
    [JsonSerializable(typeof(OutagePaid))]
    private sealed partial class SightingJson : JsonSerializerContext;
}
