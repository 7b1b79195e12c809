using System.Collections.Concurrent;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Receipts;
using LiveLedger.Swarm.Reputation;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Receipts;

/// <summary>A key that was admitted to a broadcast.</summary>
/// <param name="Key">Sound: its admission saw to that.</param>
/// <param name="Peer">For whom it acts.</param>
/// <param name="Role">As what.</param>
/// <param name="Until">When its last admission that is known here ends.</param>
internal sealed record AdmittedKey(Ed25519PublicKey Key, PeerPseudonym Peer, PeerRole Role, DateTimeOffset Until);

/// <summary>
/// Looks keys up that were admitted. What was found is remembered: to look whether a point is sound costs as much as a signature, and the same receivers come each minute.
/// Bounded: the whole memory is let go when it is full, and fills again.
/// </summary>
internal sealed class AdmittedKeys(LedgerDatabase database, int most = 200_000)
{
    private static readonly string s_read = StandingProjection.Load("read_keys.sql");

    private readonly ConcurrentDictionary<(BroadcastId Broadcast, PeerKey Key), AdmittedKey> _known = new();

    /// <summary>Those of some keys that may act now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async ValueTask<IReadOnlyDictionary<PeerKey, AdmittedKey>> FindAsync(BroadcastId broadcast, IEnumerable<PeerKey> keys, DateTimeOffset now, CancellationToken cancel)
    {
        var found = new Dictionary<PeerKey, AdmittedKey>();
        var missing = new List<PeerKey>();
        foreach (var key in keys.Distinct())
        {
            // One that has ended may have been renewed since.
            if (_known.TryGetValue((broadcast, key), out var known) && known.Until > now)
            {
                found[key] = known;
            }
            else
            {
                missing.Add(key);
            }
        }

        if (missing.Count > 0)
        {
            foreach (var (key, admitted) in await ReadAsync(broadcast, missing, cancel))
            {
                found[key] = admitted;
                if (_known.Count >= most)
                {
                    _known.Clear();
                }

                _known[(broadcast, key)] = admitted;
            }
        }

        return found;
    }

    private Task<List<(PeerKey Key, AdmittedKey Admitted)>> ReadAsync(BroadcastId broadcast, List<PeerKey> keys, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        var found = new List<(PeerKey, AdmittedKey)>();
        try
        {
            await using var command = database.Source.CreateCommand(s_read);
            command.Parameters.Add(new() { Value = broadcast.Value });
            command.Parameters.Add(new() { Value = keys.Select(static k => k.Value.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
            {
                if (Ed25519PublicKey.TryParse(row.GetFieldValue<byte[]>(0), out var key))
                {
                    found.Add((PeerKey.Of(key), new(key, new(new Bytes32(row.GetFieldValue<byte[]>(1))), (PeerRole)row.GetInt16(2), row.GetFieldValue<DateTimeOffset>(3))));
                }
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // The projection has not begun yet: nobody is known.
        }

        return found;
    });
}
