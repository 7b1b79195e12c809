using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Swarm.Receipts;

/// <summary>A sender handed in what receivers say that it sent them. Its signature and theirs were checked.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Batch">The batch as it came (docs/formats/receipts.md), base64url: what an auditor checks without us.</param>
internal sealed record ReceiptsFiled(string Broadcast, string Batch);

/// <summary>The stream <c>receipts/{broadcast}/{SHA-256 of the batch}</c>: one event each, so that many are appended in one transaction, and a batch is logged once.</summary>
internal static partial class ReceiptEvents
{
    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(ReceiptBatch batch, Sha256Hash hash) => new($"receipts/{batch.Broadcast}/{StrictBase64Url.Encode(hash.Value.ToArray())}");

    /// <summary>The event's id is of the batch: the same batch is the same event, whoever brings it.</summary>
    public static NewEvent Filed(ReceiptBatch batch, Sha256Hash hash) => new(
        new Guid(hash.Value.ToArray().AsSpan(0, 16), bigEndian: true), ReputationEvents.ReceiptsFiledType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(batch.Broadcast.ToString(), StrictBase64Url.Encode(batch.Bytes.Span)), ReceiptJson.Default.ReceiptsFiled), Actor);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ReceiptsFiled))]
    private sealed partial class ReceiptJson : JsonSerializerContext;
}
