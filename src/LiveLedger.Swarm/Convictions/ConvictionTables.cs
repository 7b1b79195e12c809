using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Convictions;

/// <summary>Who was convicted by which key, and which slots were signed twice, as rows with their proofs.</summary>
internal static class ConvictionTables
{
    private static readonly string s_convict = Load("add_conviction.sql");
    private static readonly string s_pardon = Load("pardon_peer.sql");
    private static readonly string s_equivocate = Load("add_equivocation.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "convictions",
        Version = 1,
        Streams = ConvictionEvents.Prefix,
        Tables = Load("conviction_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                await using var command = Command(stored);
                (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                await command.ExecuteNonQueryAsync(cancel);
            }
        },
    };

    private static NpgsqlCommand Command(StoredEvent stored)
    {
        switch (stored.Type)
        {
            case ConvictionEvents.ConvictedType:
                var convicted = ConvictionEvents.ReadConvicted(stored);
                return new(s_convict)
                {
                    Parameters =
                    {
                        Broadcast(stored, convicted.Broadcast), Peer(stored, convicted.Peer), new() { Value = Bytes(stored, convicted.Key) }, new() { Value = convicted.Role },
                        new() { Value = convicted.Grant is { } grant ? Guid.ParseExact(grant, "N") : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                        new() { Value = Bytes(stored, convicted.Proof) }, new() { Value = stored.RecordedAt },
                    },
                };
            case ConvictionEvents.PardonedType:
                var pardoned = ConvictionEvents.ReadPardoned(stored);
                return new(s_pardon) { Parameters = { Broadcast(stored, pardoned.Broadcast), Peer(stored, pardoned.Peer), new() { Value = stored.RecordedAt }, new() { Value = pardoned.Reason } } };
            case ConvictionEvents.EquivocatedType:
                var equivocated = ConvictionEvents.ReadEquivocated(stored);
                return new(s_equivocate)
                {
                    Parameters =
                    {
                        Broadcast(stored, equivocated.Broadcast), new() { Value = equivocated.Track }, new() { Value = (long)equivocated.Epoch }, new() { Value = (long)equivocated.Sequence },
                        new() { Value = Bytes(stored, equivocated.Proof) }, new() { Value = stored.RecordedAt },
                    },
                };
            default:
                throw new InvalidDataException($"unknown conviction event '{stored.Type}'");
        }
    }

    private static NpgsqlParameter Broadcast(StoredEvent stored, string text) => new() { Value = BroadcastId.TryParse(text, out var id) ? id.Value : throw Wrong(stored) };

    private static NpgsqlParameter Peer(StoredEvent stored, string text) => new() { Value = PeerPseudonym.TryParse(text, out var peer) ? peer.Value.ToArray() : throw Wrong(stored) };

    private static byte[] Bytes(StoredEvent stored, string text) => StrictBase64Url.TryDecode(text, out var bytes) ? bytes : throw Wrong(stored);

    private static InvalidDataException Wrong(StoredEvent stored) => new($"'{stored.Type}' in {stored.Stream} is not what its type says");

    private static string Load(string name) => Sql.Load(typeof(ConvictionTables).Assembly, $"Convictions/{name}");
}
