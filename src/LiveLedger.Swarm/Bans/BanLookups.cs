using System.Collections.Concurrent;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Bans;

/// <summary>What is known of a peer when it asks to be admitted.</summary>
/// <param name="IsBanned">By somebody, or by a conviction that was not pardoned.</param>
/// <param name="IsKeyConvicted">Its key was, ever: a pardon is its owner's.</param>
/// <param name="PardonedAt">When what was proved of it was last pardoned.</param>
internal readonly record struct Admissibility(bool IsBanned, bool IsKeyConvicted, DateTimeOffset? PardonedAt);

/// <summary>
/// Looks up whether peers are banned, one statement for all who ask at the same time: a crowd that comes at once asks for each of it. While one is under way, those who come make
/// up the next, so an answer is never older than its question.
/// </summary>
internal sealed class BanLookups(LedgerDatabase database)
{
    private const int MaxTogether = 256;

    private static readonly string s_find = Sql.Load(typeof(BanLookups).Assembly, "Bans/find_bans.sql");

    private readonly ConcurrentQueue<Asked> _waiting = new();
    private int _running;

    /// <summary>What is known of a peer, and of its key if one is given.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<Admissibility> FindAsync(BroadcastId broadcast, PeerPseudonym peer, Bytes32? key, CancellationToken cancel)
    {
        var asked = new Asked(broadcast, peer, key);
        _waiting.Enqueue(asked);
        Start();
        return await asked.Answer.Task.WaitAsync(cancel);
    }

    private void Start()
    {
        // One at a time: of two, the second would be for whoever came first meanwhile, alone.
        if (!_waiting.IsEmpty && Interlocked.CompareExchange(ref _running, 1, 0) == 0)
        {
            _ = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            try
            {
                var known = await LedgerUnavailableException.GuardAsync(() => FindAsync(group));
                for (var n = 0; n < group.Count; n++)
                {
                    group[n].Answer.TrySetResult(known.GetValueOrDefault(n));
                }
            }
            catch (Exception e)
            {
                // Each of them asked, and each hears it.
                group.ForEach(asked => asked.Answer.TrySetException(e));
            }
        }

        Interlocked.Exchange(ref _running, 0);
        // Somebody may have come after the last look and before this one ended.
        Start();
    }

    private List<Asked> Take()
    {
        var group = new List<Asked>();
        while (group.Count < MaxTogether && _waiting.TryDequeue(out var asked))
        {
            group.Add(asked);
        }

        return group;
    }

    private async Task<Dictionary<int, Admissibility>> FindAsync(List<Asked> group)
    {
        await using var command = database.Source.CreateCommand(s_find);
        command.Parameters.Add(new() { Value = group.Select(static a => a.Broadcast.Value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = group.Select(static a => a.Peer.Value.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = group.Select(static a => a.Key?.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        var known = new Dictionary<int, Admissibility>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            known[(int)row.GetInt64(0)] = new(row.GetBoolean(1), row.GetBoolean(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3));
        }

        return known;
    }

    private sealed record Asked(BroadcastId Broadcast, PeerPseudonym Peer, Bytes32? Key)
    {
        public TaskCompletionSource<Admissibility> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
