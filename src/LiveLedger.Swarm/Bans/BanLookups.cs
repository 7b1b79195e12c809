using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Bans;

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

    /// <summary>True if a peer is banned.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> IsBannedAsync(BroadcastId broadcast, PeerPseudonym peer, CancellationToken cancel)
    {
        var asked = new Asked(broadcast, peer);
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
                var banned = await LedgerUnavailableException.GuardAsync(() => FindAsync(group));
                for (var n = 0; n < group.Count; n++)
                {
                    group[n].Answer.TrySetResult(banned.Contains(n));
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

    private async Task<HashSet<int>> FindAsync(List<Asked> group)
    {
        await using var command = database.Source.CreateCommand(s_find);
        command.Parameters.Add(new() { Value = group.Select(static a => a.Broadcast.Value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = group.Select(static a => a.Peer.Value.ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        var banned = new HashSet<int>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            banned.Add((int)row.GetInt64(0));
        }

        return banned;
    }

    private sealed record Asked(BroadcastId Broadcast, PeerPseudonym Peer)
    {
        public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
