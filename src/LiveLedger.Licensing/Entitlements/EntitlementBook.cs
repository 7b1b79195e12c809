using System.Collections.Concurrent;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// Grants, revokes and finds entitlements. What was found to hold stays in memory; what was revoked here is known at once, what was revoked
/// elsewhere as soon as <see cref="RevocationFollower"/> hears of it.
/// </summary>
internal sealed class EntitlementBook(EventStore ledger, LedgerDatabase database, TimeProvider time)
{
    private const int MaxRemembered = 100_000;

    private static readonly string s_read = Load("read_entitlement.sql");
    private static readonly string s_find = Load("find_entitlement.sql");

    private readonly ConcurrentDictionary<(BroadcastId, ViewerPseudonym), Entitlement> _holding = new();

    // Never forgotten in the life of the process (a few dozen bytes each): a look into the database that began before a
    // revocation and ends after it must not bring the right back.
    private readonly ConcurrentDictionary<EntitlementId, DateTimeOffset> _revoked = new();

    /// <summary>Gives a viewer the right to a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away. Whether the right was given is unknown; giving it again gives a second one, which does no harm.</exception>
    public async Task<Entitlement> GrantAsync(BroadcastId broadcast, SealedViewer viewer, CancellationToken cancel)
    {
        var id = new EntitlementId(Guid.CreateVersion7(time.GetUtcNow()));
        var appended = await ledger.AppendAsync(EntitlementEvents.StreamOf(id), ExpectedVersion.NoStream, [EntitlementEvents.Granted(time, broadcast, viewer)], cancel);
        return new(id, appended.RecordedAt ?? time.GetUtcNow(), null) { Viewer = viewer };
    }

    /// <summary>Ends an entitlement of a broadcast; one that has ended already stays ended. False if there is no such entitlement.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; revoke again.</exception>
    public async Task<bool> RevokeAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel)
    {
        if (await ReadAsync(broadcast, id, cancel) is not { } entitlement)
        {
            return false;
        }

        if (entitlement.Holds)
        {
            // Version 0 is the grant. Somebody faster has put the stream at version 1, and that is a revocation too.
            await ledger.AppendAsync(EntitlementEvents.StreamOf(id), ExpectedVersion.Exactly(0), [EntitlementEvents.Revoked(time, broadcast)], cancel);
        }

        _revoked.TryAdd(id, time.GetUtcNow());
        return true;
    }

    /// <summary>An entitlement was revoked, by whichever process.</summary>
    public void Revoked(EntitlementId id, DateTimeOffset at) => _revoked.TryAdd(id, at);

    /// <summary>True if an entitlement was revoked, as far as this process knows: what an open playback is asked while the database is away.</summary>
    public bool IsRevoked(EntitlementId id) => _revoked.ContainsKey(id);

    /// <summary>An entitlement of a broadcast by its id.</summary>
    public Task<Entitlement?> ReadAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel) =>
        QueryAsync(s_read, [new() { Value = id.Value }, new() { Value = broadcast.Value }], cancel);

    /// <summary>A viewer's entitlement to a broadcast: one that holds, else the last that was revoked, else null.</summary>
    public async ValueTask<Entitlement?> FindAsync(BroadcastId broadcast, ViewerPseudonym viewer, CancellationToken cancel)
    {
        if (_holding.TryGetValue((broadcast, viewer), out var known) && !IsRevoked(known.Id))
        {
            return known;
        }

        var found = await QueryAsync(s_find, [new() { Value = broadcast.Value }, new() { Value = viewer.Value.ToArray() }], cancel);
        if (found is { Holds: true })
        {
            if (_revoked.TryGetValue(found.Id, out var at))
            {
                return found with { RevokedAt = at };
            }

            Remember(broadcast, viewer, found);
        }

        return found;
    }

    private void Remember(BroadcastId broadcast, ViewerPseudonym viewer, Entitlement entitlement)
    {
        if (_holding.Count >= MaxRemembered)
        {
            _holding.TryRemove(_holding.First());
        }

        _holding[(broadcast, viewer)] = entitlement;
    }

    private async Task<Entitlement?> QueryAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancel)
    {
        try
        {
            await using var command = database.Source.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await using var row = await command.ExecuteReaderAsync(cancel);
            return await row.ReadAsync(cancel)
                ? new(new(row.GetGuid(0)), row.GetFieldValue<DateTimeOffset>(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2))
                {
                    Viewer = row.IsDBNull(4) ? null : new(new(new Bytes32(row.GetFieldValue<byte[]>(3))), new(row.GetGuid(4)), row.GetFieldValue<byte[]>(5)),
                }
                : null;
        }
        catch (Exception e) when (e is NpgsqlException and (not PostgresException or { IsTransient: true }) or TimeoutException or IOException)
        {
            throw new LedgerUnavailableException(
                new(503, "ledger-unavailable", "The ledger's database cannot be reached; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) }, e);
        }
    }

    private static string Load(string name) => Sql.Load(typeof(EntitlementBook).Assembly, $"Entitlements/{name}");
}
