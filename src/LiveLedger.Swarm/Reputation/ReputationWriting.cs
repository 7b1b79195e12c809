using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Swarm.Reputation;

/// <summary>Two receipts contradict one another.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Kind">How (docs/formats/receipts.md).</param>
/// <param name="First">A receipt, base64url.</param>
/// <param name="Second">The other.</param>
internal sealed record ReceiptForked(string Broadcast, int Kind, string First, string Second);

/// <summary>From here on standings are counted by this version of the formula.</summary>
internal sealed record FormulaAdopted(int Version);

/// <summary>The streams <c>fork/{broadcast}/{receiver's key}/{link}</c>, of one event each, and <c>reputation/formula</c>.</summary>
internal static partial class ReputationWriting
{
    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName FormulaStream => new("reputation/formula");

    public static StreamName StreamOf(BroadcastId broadcast, ReceiptFork fork) => new($"fork/{broadcast}/{Url(fork.Receiver.Value)}/{Url(fork.First.Receipt.Link.Value)}");

    public static NewEvent Forked(TimeProvider time, BroadcastId broadcast, ReceiptFork fork) => new(
        Guid.CreateVersion7(time.GetUtcNow()), ReputationEvents.ReceiptForkedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(broadcast.ToString(), (int)fork.Kind, StrictBase64Url.Encode(fork.First.Bytes.Span), StrictBase64Url.Encode(fork.Second.Bytes.Span)), ReputationJson.Default.ReceiptForked),
        Actor);

    public static NewEvent Adopted(TimeProvider time) => new(
        Guid.CreateVersion7(time.GetUtcNow()), ReputationEvents.FormulaAdoptedType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(Formula.Version), ReputationJson.Default.FormulaAdopted), Actor);

    private static string Url(Bytes32 value) => StrictBase64Url.Encode(value.ToArray());

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ReceiptForked))]
    [JsonSerializable(typeof(FormulaAdopted))]
    private sealed partial class ReputationJson : JsonSerializerContext;
}
