using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Swarm.Admissions;
using LiveLedger.Swarm.Grants;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Convictions;

/// <summary>A conviction, and whether it holds.</summary>
internal sealed record Conviction(PeerPseudonym Peer, Bytes32 Key, string Role, ReadOnlyMemory<byte> Proof, DateTimeOffset ConvictedAt, DateTimeOffset? PardonedAt, string? PardonReason);

/// <summary>A slot that a publisher signed twice.</summary>
internal sealed record EquivocatedSlot(string Track, long Epoch, long Sequence, ReadOnlyMemory<byte> Proof, DateTimeOffset ProvedAt);

/// <summary>Writes down what is proved, each once, and pardons. That a peer is convicted is its ban: nothing else has to be written for it, so no crash comes between.</summary>
internal sealed class ConvictionBook(EventStore ledger, LedgerDatabase database, GrantBook grants, PeerPseudonyms pseudonyms, TimeProvider time)
{
    // A publisher that signs everything twice needs no more of them to be known for it.
    private const int MaxSlots = 100;

    private static readonly string s_list = Load("list_convictions.sql");
    private static readonly string s_find = Load("find_conviction.sql");
    private static readonly string s_slots = Load("list_equivocations.sql");

    /// <summary>Convicts a peer's key; false if it was before.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; bring the proof again.</exception>
    public async Task<bool> ConvictAsync(PeerConviction proved, FraudProof proof, CancellationToken cancel)
    {
        var stream = ConvictionEvents.StreamOf(proved.Broadcast, proved.Peer);
        while (true)
        {
            // The version before the row: whoever comes between makes the append fail, and it is looked at anew.
            var version = await ledger.StreamVersionAsync(stream, cancel);
            if (await IsConvictedAsync(proved.Broadcast, proved.Peer, proved.Key.Value, cancel))
            {
                return false;
            }

            // Of all grants there are, so after it is known to be news.
            var grant = proved.Role == PeerRole.Viewer ? null : await GrantOfAsync(proved, cancel);
            if ((await ledger.AppendAsync(stream, ExpectedVersion.Exactly(version), [ConvictionEvents.Convicted(time, proved, grant, proof)], cancel)).IsStored)
            {
                return true;
            }
        }
    }

    /// <summary>Notes a slot that was signed twice; false if it is known, or so many are that one more says nothing.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; bring the proof again.</exception>
    public async Task<bool> NoteAsync(PublisherEquivocation proved, FraudProof proof, CancellationToken cancel) =>
        (await ListSlotsAsync(proved.Broadcast, cancel)).Count < MaxSlots
        && (await ledger.AppendAsync(ConvictionEvents.StreamOf(proved), ExpectedVersion.NoStream, [ConvictionEvents.Equivocated(time, proved, proof)], cancel)).IsStored;

    /// <summary>Pardons a peer all that it was convicted of so far; false if there is nothing.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; pardon again.</exception>
    public async Task<bool> PardonAsync(BroadcastId broadcast, PeerPseudonym peer, string reason, string actor, CancellationToken cancel)
    {
        var stream = ConvictionEvents.StreamOf(broadcast, peer);
        while (true)
        {
            var version = await ledger.StreamVersionAsync(stream, cancel);
            if (!await IsConvictedAsync(broadcast, peer, key: null, cancel))
            {
                return false;
            }

            if ((await ledger.AppendAsync(stream, ExpectedVersion.Exactly(version), [ConvictionEvents.Pardoned(time, broadcast, peer, reason, actor)], cancel)).IsStored)
            {
                return true;
            }
        }
    }

    /// <summary>The convictions of a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<Conviction>> ListAsync(BroadcastId broadcast, CancellationToken cancel) => ReadAsync(s_list, broadcast, static row => new Conviction(
        new(new(row.GetFieldValue<byte[]>(0))), new(row.GetFieldValue<byte[]>(1)), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<DateTimeOffset>(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(6) ? null : row.GetString(6)), cancel);

    /// <summary>The slots of a broadcast that were signed twice, at most 100.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<EquivocatedSlot>> ListSlotsAsync(BroadcastId broadcast, CancellationToken cancel) => ReadAsync(s_slots, broadcast, static row =>
        new EquivocatedSlot(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<DateTimeOffset>(4)), cancel);

    // A pseudonym cannot be turned back: of the grants there are, the one whose it is.
    private async Task<Guid?> GrantOfAsync(PeerConviction proved, CancellationToken cancel)
    {
        foreach (var all in (IReadOnlyList<RelayGrant>[])[await grants.ListAsync(proved.Broadcast, cancel), await grants.ListAsync(broadcast: null, cancel)])
        {
            if (all.FirstOrDefault(grant => pseudonyms.Of(proved.Broadcast, grant.Id) == proved.Peer) is { } found)
            {
                return found.Id;
            }
        }

        return null;
    }

    private Task<bool> IsConvictedAsync(BroadcastId broadcast, PeerPseudonym peer, Bytes32? key, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_find);
        command.Parameters.Add(new() { Value = broadcast.Value });
        command.Parameters.Add(new() { Value = peer.Value.ToArray() });
        command.Parameters.Add(new() { Value = (object?)key?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    });

    private Task<IReadOnlyList<T>> ReadAsync<T>(string sql, BroadcastId broadcast, Func<NpgsqlDataReader, T> read, CancellationToken cancel) => LedgerUnavailableException.GuardAsync<IReadOnlyList<T>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = broadcast.Value });
        var found = new List<T>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            found.Add(read(row));
        }

        return found;
    });

    private static string Load(string name) => Sql.Load(typeof(ConvictionBook).Assembly, $"Convictions/{name}");
}
