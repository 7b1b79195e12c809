using LiveLedger.Media;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Reputation;

/// <summary>What a batch of events has changed, written in its transaction.</summary>
internal sealed class StandingRows(NpgsqlTransaction transaction)
{
    private const int PieceLength = 8 << 20;

    private static readonly string s_standings = StandingProjection.Load("write_standings.sql");
    private static readonly string s_clocks = StandingProjection.Load("write_clocks.sql");
    private static readonly string s_keys = StandingProjection.Load("write_keys.sql");
    private static readonly string s_fork = StandingProjection.Load("write_fork.sql");
    private static readonly string s_name = StandingProjection.Load("name_fork.sql");
    private static readonly string s_states = StandingProjection.Load("keep_states.sql");
    private static readonly string s_place = StandingProjection.Load("keep_place.sql");

    private readonly Dictionary<BroadcastId, ReputationOutcome> _outcomes = [];
    private readonly List<(BroadcastId Broadcast, ReceiptFork Fork)> _named = [];

    /// <summary>What came of a broadcast's events.</summary>
    public ReputationOutcome Of(BroadcastId broadcast)
    {
        if (!_outcomes.TryGetValue(broadcast, out var outcome))
        {
            _outcomes[broadcast] = outcome = new();
        }

        return outcome;
    }

    /// <summary>Notes a fork that an event names.</summary>
    public void Named(ReputationInput input)
    {
        if (input is ReputationInput.ReceiptForked forked)
        {
            _named.Add((forked.Broadcast, forked.Fork));
        }
    }

    /// <summary>Writes the rows.</summary>
    public async Task WriteAsync(StandingMemory memory, CancellationToken cancel)
    {
        var changed = _outcomes.SelectMany(o => o.Value.Changed.Select(peer => (Broadcast: o.Key, Peer: peer, Standing: memory.Broadcasts[o.Key].Counted(peer)))).ToList();
        if (changed.Count > 0)
        {
            await RunAsync(s_standings, cancel,
                Array(changed.Select(static c => c.Broadcast.Value), NpgsqlDbType.Uuid), Array(changed.Select(static c => c.Peer.Value.ToArray()), NpgsqlDbType.Bytea),
                Longs(changed.Select(static c => c.Standing.Good)), Longs(changed.Select(static c => c.Standing.Bad)), Longs(changed.Select(static c => c.Standing.Epoch)),
                Longs(changed.Select(static c => c.Standing.Receipts)), Longs(changed.Select(static c => c.Standing.Bytes)),
                Array(changed.Select(static c => c.Standing.Receivers), NpgsqlDbType.Integer), Array(changed.Select(static c => c.Standing.Forks), NpgsqlDbType.Integer),
                Array(changed.Select(static c => c.Standing.Convictions), NpgsqlDbType.Integer), Array(changed.Select(static c => c.Standing.IsConvicted), NpgsqlDbType.Boolean),
                Array(changed.Select(static c => c.Standing.IsBanned), NpgsqlDbType.Boolean), Longs(changed.Select(static c => (long)c.Standing.Index)));
        }

        if (_outcomes.Count > 0)
        {
            await RunAsync(s_clocks, cancel,
                Array(_outcomes.Keys.Select(static b => b.Value), NpgsqlDbType.Uuid), Longs(_outcomes.Keys.Select(b => memory.Broadcasts[b].Time)), Longs(_outcomes.Keys.Select(b => (long)memory.Broadcasts[b].Index)));
        }

        // The last of each key: rows of one statement cannot update one another.
        var keys = _outcomes.Values.SelectMany(static o => o.Admitted).GroupBy(static a => (a.Broadcast, a.Key)).Select(static g => g.Last()).ToList();
        if (keys.Count > 0)
        {
            await RunAsync(s_keys, cancel,
                Array(keys.Select(static k => k.Broadcast.Value), NpgsqlDbType.Uuid), Array(keys.Select(static k => k.Key.Value.ToArray()), NpgsqlDbType.Bytea),
                Array(keys.Select(static k => k.Peer.Value.ToArray()), NpgsqlDbType.Bytea), Array(keys.Select(static k => (short)k.Role), NpgsqlDbType.Smallint),
                Array(keys.Select(static k => k.Until.UtcDateTime), NpgsqlDbType.TimestampTz));
        }

        foreach (var (broadcast, fork) in _outcomes.SelectMany(static o => o.Value.Found.Select(fork => (o.Key, fork))))
        {
            await RunAsync(s_fork, cancel, [.. Name(broadcast, fork), Bytes(fork.First.Bytes.ToArray()), Bytes(fork.Second.Bytes.ToArray())]);
        }

        foreach (var (broadcast, fork) in _named)
        {
            await RunAsync(s_name, cancel, Name(broadcast, fork));
        }
    }

    /// <summary>Keeps states, and the place that they go to.</summary>
    public async Task KeepAsync(IReadOnlyList<(BroadcastId Of, byte[] State)> states, ulong next, CancellationToken cancel)
    {
        foreach (var (of, state) in states)
        {
            for (var (from, piece) = (0, 0); from < state.Length; piece++)
            {
                var length = Math.Min(PieceLength, state.Length - from);
                await RunAsync(s_states, cancel, new() { Value = of.Value }, new() { Value = piece }, new() { Value = state.AsMemory(from, length), NpgsqlDbType = NpgsqlDbType.Bytea }, new() { Value = from + length == state.Length });
                from += length;
            }
        }

        await RunAsync(s_place, cancel, new NpgsqlParameter { Value = (long)next });
    }

    private static NpgsqlParameter[] Name(BroadcastId broadcast, ReceiptFork fork) =>
        [new() { Value = broadcast.Value }, Bytes(fork.Receiver.Value.ToArray()), Bytes(fork.First.Receipt.Link.Value.ToArray())];

    private static NpgsqlParameter Bytes(byte[] bytes) => new() { Value = bytes };

    private static NpgsqlParameter Longs(IEnumerable<long> values) => Array(values, NpgsqlDbType.Bigint);

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private async Task RunAsync(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
