using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Which server has the room of a broadcast, where several share a platform: the first that is asked takes it for a while, and holds it as long as peers are there. A lease that was
/// lost (this process stood still) ends the room here: its peers go where their next admission leads.
/// </summary>
internal sealed class RoomPlaces(LedgerDatabase database, TimeProvider time)
{
    /// <summary>How long a room is held without a word.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>What another server holds may be its own no more.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);

    private static readonly string s_claim = Load("claim_room.sql");
    private static readonly string s_hold = Load("hold_rooms.sql");

    private readonly Guid _server = Guid.NewGuid();
    private readonly ConcurrentDictionary<BroadcastId, (Uri Tracker, long At)> _known = new();

    /// <summary>Where the room of a broadcast is; taken by us if nobody has it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away, and it was not asked lately.</exception>
    public async ValueTask<Uri> FindAsync(BroadcastId broadcast, Uri own, CancellationToken cancel)
    {
        if (_known.TryGetValue(broadcast, out var known) && time.GetElapsedTime(known.At) < s_fresh)
        {
            return known.Tracker;
        }

        var tracker = await LedgerUnavailableException.GuardAsync(async () =>
        {
            await using var command = database.Source.CreateCommand(s_claim);
            command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = broadcast.Value }, new() { Value = _server }, new() { Value = own.AbsoluteUri }, new NpgsqlParameter { Value = Lease }]);
            await using var row = await command.ExecuteReaderAsync(cancel);
            // None only if the row went between the two halves of the statement, and rows do not go.
            return await row.ReadAsync(cancel) ? new Uri(row.GetString(1)) : own;
        });
        if (_known.Count >= 10_000)
        {
            _known.Clear();
        }

        return (_known[broadcast] = (tracker, time.GetTimestamp())).Tracker;
    }

    /// <summary>Holds rooms on; those that are somebody else's by now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away: nobody else can take them either.</exception>
    public async Task<IReadOnlyList<BroadcastId>> HoldAsync(IReadOnlyCollection<BroadcastId> rooms, CancellationToken cancel)
    {
        var held = await LedgerUnavailableException.GuardAsync(async () =>
        {
            await using var command = database.Source.CreateCommand(s_hold);
            command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = rooms.Select(static r => r.Value).ToArray() }, new() { Value = _server }, new NpgsqlParameter { Value = Lease }]);
            var ids = new HashSet<BroadcastId>();
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
            {
                ids.Add(new(row.GetGuid(0)));
            }

            return ids;
        });
        return [.. rooms.Where(r => !held.Contains(r))];
    }

    private static string Load(string name) => Sql.Load(typeof(RoomPlaces).Assembly, $"Tracker/{name}");
}
