using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Npgsql;

namespace LiveLedger.Swarm.Bans;

/// <summary>A ban in force.</summary>
internal sealed record Ban(PeerPseudonym Peer, string Reason, DateTimeOffset BannedAt);

/// <summary>Bans peers, lifts bans, and knows who is banned. What is on the log takes effect at each tracker when <see cref="BanFollower"/> hears of it.</summary>
internal sealed class BanBook(EventStore ledger, LedgerDatabase database, TimeProvider time)
{
    private static readonly string s_list = Load("list_bans.sql");

    private readonly BanLookups _lookups = new(database);

    /// <summary>Bans a peer; who is banned stays so.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; ban again.</exception>
    public Task BanAsync(BroadcastId broadcast, PeerPseudonym peer, string reason, string actor, CancellationToken cancel) =>
        ChangeAsync(broadcast, peer, isToBe: true, () => BanEvents.Banned(time, broadcast, peer, reason, actor), cancel);

    /// <summary>Lifts a ban; false if there was none.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; lift it again.</exception>
    public Task<bool> LiftAsync(BroadcastId broadcast, PeerPseudonym peer, string actor, CancellationToken cancel) =>
        ChangeAsync(broadcast, peer, isToBe: false, () => BanEvents.Unbanned(time, broadcast, peer, actor), cancel);

    /// <summary>True if a peer is banned.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> IsBannedAsync(BroadcastId broadcast, PeerPseudonym peer, CancellationToken cancel) => (await _lookups.FindAsync(broadcast, peer, key: null, cancel)).IsBanned;

    /// <summary>Whether a peer may be admitted with a key.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<Admissibility> FindAsync(BroadcastId broadcast, PeerPseudonym peer, Ed25519PublicKey key, CancellationToken cancel) => _lookups.FindAsync(broadcast, peer, key.Value, cancel);

    /// <summary>The bans of a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<Ban>> ListAsync(BroadcastId broadcast, CancellationToken cancel) => LedgerUnavailableException.GuardAsync<IReadOnlyList<Ban>>(async () =>
    {
        await using var command = database.Source.CreateCommand(s_list);
        command.Parameters.Add(new NpgsqlParameter { Value = broadcast.Value });
        var bans = new List<Ban>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            bans.Add(new(new(new Bytes32(row.GetFieldValue<byte[]>(0))), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)));
        }

        return bans;
    });

    // False if it was so already.
    private async Task<bool> ChangeAsync(BroadcastId broadcast, PeerPseudonym peer, bool isToBe, Func<NewEvent> change, CancellationToken cancel)
    {
        var stream = BanEvents.StreamOf(broadcast, peer);
        while (true)
        {
            // The version before the row: whoever comes between makes the append fail, and it is looked at anew.
            var version = await ledger.StreamVersionAsync(stream, cancel);
            if (await IsBannedAsync(broadcast, peer, cancel) == isToBe)
            {
                return false;
            }

            if ((await ledger.AppendAsync(stream, ExpectedVersion.Exactly(version), [change()], cancel)).IsStored)
            {
                return true;
            }
        }
    }

    private static string Load(string name) => Sql.Load(typeof(BanBook).Assembly, $"Bans/{name}");
}
