using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Licensing.Offers;

/// <summary>The offers as rows: each as it is now, found by id and by broadcast. Earlier versions stand in the stream.</summary>
internal static class OfferTables
{
    private static readonly string s_state = Load("state_offer.sql");
    private static readonly string s_withdraw = Load("withdraw_offer.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "offers",
        Version = 1,
        Streams = OfferEvents.Prefix,
        Tables = Load("offer_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (OfferEvents.TryReadStream(stored.Stream, out var id))
                {
                    await using var command = Command(id, stored);
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    private static NpgsqlCommand Command(OfferId id, StoredEvent stored)
    {
        switch (stored.Type)
        {
            case OfferEvents.CreatedType or OfferEvents.RevisedType:
                var stated = OfferEvents.ReadStated(stored.PayloadJson.Span);
                var broadcast = BroadcastId.TryParse(stated.Broadcast, out var known) ? known : throw new InvalidDataException($"offer {id} is of no broadcast");
                return new(s_state)
                {
                    Parameters =
                    {
                        new() { Value = id.Value }, new() { Value = broadcast.Value }, new() { Value = stated.Version },
                        new() { Value = JsonSerializer.SerializeToUtf8Bytes(stated.Offer, OfferJson.Default.OfferBody) }, new() { Value = stored.RecordedAt },
                    },
                };
            case OfferEvents.WithdrawnType:
                return new(s_withdraw) { Parameters = { new() { Value = id.Value }, new() { Value = stored.RecordedAt } } };
            default:
                throw new InvalidDataException($"unknown offer event '{stored.Type}'");
        }
    }

    private static string Load(string name) => Sql.Load(typeof(OfferTables).Assembly, $"Offers/{name}");
}
