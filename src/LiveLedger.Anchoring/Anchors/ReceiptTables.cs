using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>A receipt of an anchored checkpoint was taken: what anybody can check against a block's hash without us.</summary>
/// <param name="Size">The checkpoint's size.</param>
/// <param name="Root">Its root, <c>0x…</c>.</param>
/// <param name="Block">The block that the receipt is against.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="Receipt">The receipt, as <c>docs/formats/anchor-receipt.md</c> says.</param>
internal sealed record CheckpointProven(ulong Size, string Root, ulong Block, string BlockHash, string Receipt);

/// <summary>The stream <c>anchor/{deployment}</c>, and its receipts as rows.</summary>
internal static partial class ReceiptTables
{
    public const string Prefix = "anchor/";

    private const string ProvenType = "checkpoint-proven";
    private const int Schema = 1;
    private const string Actor = "system";

    private static readonly string s_put = Load("put_receipt");

    public static InlineTables Inline { get; } = new()
    {
        Name = "anchor_receipts",
        Version = 1,
        Streams = Prefix,
        Tables = Load("receipt_tables"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events.Where(static e => e.Type == ProvenType))
            {
                var proven = Read(stored.PayloadJson.Span);
                await using var command = new NpgsqlCommand(s_put, transaction.Connection, transaction)
                {
                    Parameters =
                    {
                        new() { Value = stored.Stream.Value[Prefix.Length..] }, new() { Value = (decimal)proven.Size }, new() { Value = checked((long)proven.Block) },
                        new() { Value = proven.BlockHash }, new() { Value = System.Text.Encoding.UTF8.GetBytes(proven.Receipt) },
                    },
                };
                await command.ExecuteNonQueryAsync(cancel);
            }
        },
    };

    public static StreamName StreamOf(Deployment deployment) => new(Prefix + deployment.Name);

    /// <summary>The event; its id follows from what was proven, so that the same is logged once.</summary>
    public static NewEvent Proven(Deployment deployment, CheckpointProven proven) => new(
        AnchorDesk.IdOf($"{deployment.Name}\nreceipt {proven.Size} {proven.Root} {proven.BlockHash}"), ProvenType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(proven, ReceiptJson.Default.CheckpointProven), Actor);

    internal static string Load(string name) => Sql.Load(typeof(ReceiptTables).Assembly, $"Anchors/{name}.sql");

    private static CheckpointProven Read(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, ReceiptJson.Default.CheckpointProven) ?? throw new InvalidDataException($"empty payload of '{ProvenType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(CheckpointProven))]
    private sealed partial class ReceiptJson : JsonSerializerContext;
}
