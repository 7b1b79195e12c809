using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Anchoring.Following;

/// <summary>A block that was followed.</summary>
internal readonly record struct FollowedBlock(BlockNumber Number, BlockHash Hash);

/// <summary>How far a deployment was followed, over the one session that holds its lock.</summary>
internal sealed class FollowedChain(NpgsqlConnection connection, string deployment)
{
    // No chain takes back a day: whoever has it do so starts a deployment of its own.
    private const ulong MaxDepth = 20_000;

    // Any number will do as long as it is nobody else's; the second half of the lock is the deployment.
    private const int FollowerLock = 0x4C4C_0007;

    private static readonly string s_keep = Load("keep_blocks");
    private static readonly string s_drop = Load("drop_blocks");
    private static readonly string s_read = Load("read_blocks");
    private static readonly string s_seen = Load("read_seen_places");

    /// <summary>Takes the deployment's lock for this session if nobody holds it. It goes with the session, however that ends.</summary>
    public async Task<bool> TryLeadAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({FollowerLock}, hashtext($1))", connection) { Parameters = { new() { Value = deployment } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Followed blocks below a height, the last one first.</summary>
    public async Task<IReadOnlyList<FollowedBlock>> ReadAsync(ulong below, int count, CancellationToken cancel)
    {
        await using var command = Command(s_read, checked((long)below), count);
        var found = new List<FollowedBlock>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new(
                new((ulong)rows.GetInt64(0)), BlockHash.TryParse(rows.GetString(1), out var hash) ? hash : throw new InvalidDataException($"block {rows.GetInt64(0)} of {deployment} has no hash")));
        }

        return found;
    }

    /// <summary>The sightings that stand among some blocks, by their events' versions.</summary>
    public async Task<IReadOnlyList<(long Version, Sighting Sighting)>> SeenAsync(ulong from, ulong to, CancellationToken cancel)
    {
        await using var command = Command(s_seen, checked((long)from), checked((long)to));
        var found = new List<(long, Sighting)>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            found.Add((rows.GetInt64(0), SightingEvents.Read(rows.GetString(3), rows.GetFieldValue<byte[]>(4)) ?? throw new InvalidDataException($"row {rows.GetInt64(0)} of {deployment} is no sighting")));
        }

        return found;
    }

    /// <summary>Keeps blocks that were followed.</summary>
    public async Task KeepAsync(IReadOnlyCollection<FollowedBlock> blocks, CancellationToken cancel)
    {
        var last = blocks.Max(static b => b.Number.Value);
        await using var command = Command(
            s_keep, blocks.Select(static b => (long)b.Number.Value).ToArray(), blocks.Select(static b => b.Hash.ToString()).ToArray(), last > MaxDepth ? (long)(last - MaxDepth) : 0L);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Drops blocks above a height.</summary>
    public async Task DropAsync(long above, CancellationToken cancel)
    {
        await using var command = Command(s_drop, above);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = deployment } } };
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private static string Load(string name) => Sql.Load(typeof(FollowedChain).Assembly, $"Following/{name}.sql");
}
