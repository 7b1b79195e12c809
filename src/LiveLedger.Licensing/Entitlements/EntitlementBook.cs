using System.Collections.Concurrent;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// Grants entitlements, finds them, and changes what they are worth. What was found to hold stays in memory; what was changed here is known at
/// once, what was changed elsewhere as soon as <see cref="ChangeFollower"/> hears of it.
/// </summary>
internal sealed class EntitlementBook(EventStore ledger, LedgerDatabase database, TimeProvider time)
{
    private const int MaxRemembered = 100_000;

    private static readonly Refusal s_ended = new(409, "entitlement-ended", "This entitlement was revoked or refunded; grant another.");
    private static readonly Refusal s_reused = new(409, "idempotency-key-reused", "This Idempotency-Key was used for another viewer or offer.");

    private static readonly string s_read = Load("read_entitlement.sql");
    private static readonly string s_find = Load("find_entitlement.sql");
    private static readonly string s_list = Load("list_entitlements.sql");

    // What an entitlement's first event says never changes, and each playback that opens asks for it.
    private readonly ConcurrentDictionary<EntitlementId, string?> _tickets = new();

    private readonly ConcurrentDictionary<(BroadcastId, ViewerPseudonym), Entitlement> _holding = new();

    // Grants heard of, of viewers by the hundred: whether one came while another was looked for.
    private readonly long[] _grants = new long[4096];

    // Never forgotten in the life of the process (a few dozen bytes each): a look into the database that began before a change
    // and ends after it must not bring back what was before.
    private readonly ConcurrentDictionary<EntitlementId, Change> _changes = new();

    /// <summary>Gives a viewer the right to a broadcast; with a command, one right for that command however often it is given.</summary>
    /// <exception cref="RefusedException">The command was another one.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away. Whether the right was given is unknown; without a command, giving it again gives a second one, which does no harm.</exception>
    public async Task<Entitlement> GrantAsync(BroadcastId broadcast, SealedViewer viewer, OfferVersion? sold, CommandId? command, CancellationToken cancel, string? ticket = null)
    {
        var id = new EntitlementId(command?.EventId(1) ?? Guid.CreateVersion7(time.GetUtcNow()));
        var granted = EntitlementEvents.Granted(command?.EventId(0) ?? Guid.CreateVersion7(time.GetUtcNow()), broadcast, viewer, sold, ticket);
        var appended = await ledger.AppendAsync(EntitlementEvents.StreamOf(id), ExpectedVersion.NoStream, [granted], cancel);
        if (appended.Outcome != AppendOutcome.Appended)
        {
            return await ReadSoldAsync(broadcast, id, viewer.Pseudonym, sold?.Id, cancel) ?? throw new RefusedException(s_reused);
        }

        Forget(broadcast, viewer.Pseudonym);
        StandsFor(id, ticket);
        return new(id, appended.RecordedAt ?? time.GetUtcNow()) { Viewer = viewer, Sold = sold };
    }

    /// <summary>The ticket on a chain that an entitlement stands for; null if a shop granted it, or if there is no such entitlement.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<string?> TicketOfAsync(EntitlementId id, CancellationToken cancel)
    {
        if (_tickets.TryGetValue(id, out var known))
        {
            return known;
        }

        return await ledger.ReadStreamAsync(EntitlementEvents.StreamOf(id), cancel: cancel).FirstOrDefaultAsync(cancel) is { } first
            ? StandsFor(id, EntitlementEvents.ReadGranted(first.PayloadJson.Span).Ticket)
            : null;
    }

    /// <summary>True if the broadcaster's own last word on an entitlement was to suspend or end it, whatever a chain has said since.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> IsRefusedByBroadcasterAsync(EntitlementId id, CancellationToken cancel) =>
        await StandingsAsync(id).Where(static e => e.Actor != EntitlementEvents.OfChain).LastOrDefaultAsync(cancel) is { } last && EntitlementEvents.StandingAfter(last.Type) != Standing.Entitled;

    /// <summary>What a command has bought before; null if it has bought nothing.</summary>
    /// <exception cref="RefusedException">The command was another one.</exception>
    public Task<Entitlement?> FindSoldAsync(BroadcastId broadcast, ViewerPseudonym viewer, OfferId offer, CommandId command, CancellationToken cancel) =>
        ReadSoldAsync(broadcast, new(command.EventId(1)), viewer, offer, cancel);

    /// <summary>Grants of before there were offers and commands.</summary>
    public Task<Entitlement> GrantAsync(BroadcastId broadcast, SealedViewer viewer, CancellationToken cancel) => GrantAsync(broadcast, viewer, null, null, cancel);

    /// <summary>Ends an entitlement; one that has ended already stays as it is. False if there is no such entitlement of this broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; revoke again.</exception>
    public Task<bool> RevokeAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel, string actor = EntitlementEvents.Actor) =>
        ChangeAsync(
            broadcast, id,
            async e => e.Standing is Standing.Revoked or Standing.Refunded && !await IsOverChainAsync(id, actor, cancel) ? null : EntitlementEvents.Changed(time, EntitlementEvents.RevokedType, broadcast, actor),
            cancel);

    /// <summary>Ends it, revoked or not, with its price given back.</summary>
    /// <inheritdoc cref="RevokeAsync"/>
    public Task<bool> RefundAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel, string actor = EntitlementEvents.Actor) =>
        ChangeAsync(
            broadcast, id,
            async e => e.Standing == Standing.Refunded && !await IsOverChainAsync(id, actor, cancel) ? null : EntitlementEvents.Changed(time, EntitlementEvents.RefundedType, broadcast, actor),
            cancel);

    /// <summary>Takes it away for a while.</summary>
    /// <exception cref="RefusedException">It has ended.</exception>
    /// <inheritdoc cref="RevokeAsync"/>
    public Task<bool> SuspendAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel, string actor = EntitlementEvents.Actor) =>
        ChangeAsync(
            broadcast, id,
            async e => Open(e).Standing == Standing.Suspended && !await IsOverChainAsync(id, actor, cancel) ? null : EntitlementEvents.Changed(time, EntitlementEvents.SuspendedType, broadcast, actor),
            cancel);

    /// <summary>Gives it back; a chain does not give back what the broadcaster has taken away.</summary>
    /// <inheritdoc cref="SuspendAsync"/>
    public Task<bool> ResumeAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel, string actor = EntitlementEvents.Actor) =>
        ChangeAsync(
            broadcast, id,
            async e => Open(e).Standing == Standing.Entitled || (actor == EntitlementEvents.OfChain && await IsRefusedByBroadcasterAsync(id, cancel))
                ? null
                : EntitlementEvents.Changed(time, EntitlementEvents.ResumedType, broadcast, actor),
            cancel);

    /// <summary>Passes it on to another viewer, with its terms and with what was used of them.</summary>
    /// <inheritdoc cref="SuspendAsync"/>
    public Task<bool> TransferAsync(BroadcastId broadcast, EntitlementId id, SealedViewer viewer, CancellationToken cancel, string actor = EntitlementEvents.Actor) =>
        ChangeAsync(
            broadcast, id, e => Task.FromResult(Open(e).Viewer?.Pseudonym == viewer.Pseudonym ? null : EntitlementEvents.Transferred(time, broadcast, viewer, actor)), cancel);

    /// <summary>An event changed an entitlement, in whichever process.</summary>
    public void Heard(EntitlementId id, StoredEvent e)
    {
        if (e.Type == EntitlementEvents.GrantedType)
        {
            // It may be better than the one that is remembered.
            var granted = EntitlementEvents.ReadGranted(e.PayloadJson.Span);
            if (BroadcastId.TryParse(granted.Broadcast, out var broadcast))
            {
                Forget(broadcast, EntitlementEvents.ReadViewer(granted.Viewer));
            }

            return;
        }

        var standing = EntitlementEvents.StandingAfter(e.Type);
        ViewerPseudonym? holder = e.Type == EntitlementEvents.TransferredType ? EntitlementEvents.ReadViewer(EntitlementEvents.ReadTransferred(e.PayloadJson.Span).Viewer) : null;
        if (standing is not null || holder is not null)
        {
            Heard(id, e.Version, standing, holder, e.RecordedAt);
        }
    }

    /// <summary>What an entitlement is worth to a viewer, as far as this process has heard: what an open playback is asked while the database is away.</summary>
    public Standing StandingOf(EntitlementId id, ViewerPseudonym viewer) =>
        !_changes.TryGetValue(id, out var change) ? Standing.Entitled
        : change.Holder is { } holder && holder != viewer ? Standing.Transferred
        : change.Standing;

    /// <summary>An entitlement of a broadcast by its id.</summary>
    public async Task<Entitlement?> ReadAsync(BroadcastId broadcast, EntitlementId id, CancellationToken cancel) =>
        (await QueryAsync(s_read, [new() { Value = id.Value }, new() { Value = broadcast.Value }], cancel)).SingleOrDefault();

    /// <summary>Entitlements of a broadcast by id, behind <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<Entitlement>> ListAsync(BroadcastId broadcast, EntitlementId after, int count, CancellationToken cancel) =>
        QueryAsync(s_list, [new() { Value = broadcast.Value }, new() { Value = after.Value }, new() { Value = count }], cancel);

    /// <summary>A viewer's entitlement to a broadcast: one that holds, else one that is suspended, else the last that ended, else null.</summary>
    public async ValueTask<Entitlement?> FindAsync(BroadcastId broadcast, ViewerPseudonym viewer, CancellationToken cancel)
    {
        if (_holding.TryGetValue((broadcast, viewer), out var known) && Now(known, viewer).Holds)
        {
            return known;
        }

        var grants = Volatile.Read(ref Grants(broadcast, viewer));
        if ((await QueryAsync(s_find, [new() { Value = broadcast.Value }, new() { Value = viewer.Value.ToArray() }], cancel)).SingleOrDefault() is not { } row)
        {
            return null;
        }

        var found = Now(row, viewer);
        if (found.Holds)
        {
            Remember(broadcast, viewer, found);
            if (Volatile.Read(ref Grants(broadcast, viewer)) != grants)
            {
                // A better one may have come while this was looked for.
                _holding.TryRemove((broadcast, viewer), out _);
            }
        }

        return found;
    }

    // What was heard of a later event than the row's is newer than the row.
    private Entitlement Now(Entitlement e, ViewerPseudonym viewer) =>
        _changes.TryGetValue(e.Id, out var change) && change.Version > e.Version
            ? e with { Standing = StandingOf(e.Id, viewer), Version = change.Version, EndedAt = change.Standing is Standing.Revoked or Standing.Refunded ? change.At : null }
            : e;

    private static Entitlement Open(Entitlement e) => e.Standing is Standing.Revoked or Standing.Refunded ? throw new RefusedException(s_ended) : e;

    private IAsyncEnumerable<StoredEvent> StandingsAsync(EntitlementId id) =>
        ledger.ReadStreamAsync(EntitlementEvents.StreamOf(id)).Where(static e => EntitlementEvents.StandingAfter(e.Type) is not null);

    // What a chain did it may undo. So the broadcaster's word is logged even where it changes nothing now.
    private async Task<bool> IsOverChainAsync(EntitlementId id, string actor, CancellationToken cancel) =>
        actor != EntitlementEvents.OfChain && await StandingsAsync(id).LastOrDefaultAsync(cancel) is { Actor: EntitlementEvents.OfChain };

    private async Task<bool> ChangeAsync(BroadcastId broadcast, EntitlementId id, Func<Entitlement, Task<NewEvent?>> change, CancellationToken cancel)
    {
        while (true)
        {
            // The version before the row: whoever comes between makes the append fail, and the row is looked at anew.
            var version = await ledger.StreamVersionAsync(EntitlementEvents.StreamOf(id), cancel);
            if (await ReadAsync(broadcast, id, cancel) is not { } entitlement)
            {
                return false;
            }

            if (await change(entitlement) is not { } added)
            {
                return true;
            }

            var appended = await ledger.AppendAsync(EntitlementEvents.StreamOf(id), ExpectedVersion.Exactly(version), [added], cancel);
            if (appended.IsStored)
            {
                Heard(id, new(added.Id, EntitlementEvents.StreamOf(id), appended.Version, added.Type, added.Schema, appended.RecordedAt ?? time.GetUtcNow(), added.Actor, added.PayloadJson));
                return true;
            }
        }
    }

    private void Heard(EntitlementId id, long version, Standing? standing, ViewerPseudonym? holder, DateTimeOffset at) => _changes.AddOrUpdate(
        id,
        static (_, heard) => new(heard.version, heard.standing ?? Standing.Entitled, heard.holder, heard.at),
        static (_, before, heard) => heard.version <= before.Version ? before : new(heard.version, heard.standing ?? before.Standing, heard.holder ?? before.Holder, heard.at),
        (version, standing, holder, at));

    private async Task<Entitlement?> ReadSoldAsync(BroadcastId broadcast, EntitlementId id, ViewerPseudonym viewer, OfferId? offer, CancellationToken cancel)
    {
        if (await ledger.ReadStreamAsync(EntitlementEvents.StreamOf(id), cancel: cancel).FirstOrDefaultAsync(cancel) is not { } stored)
        {
            return null;
        }

        var first = EntitlementEvents.ReadGranted(stored.PayloadJson.Span);
        return first.Viewer == viewer.ToString() && first.Offer == offer?.ToString() && await ReadAsync(broadcast, id, cancel) is { } known
            ? known
            : throw new RefusedException(s_reused);
    }

    /// <summary>True if it is known to stand for no ticket; false where that is not known here.</summary>
    public bool IsWithoutTicket(EntitlementId id) => _tickets.TryGetValue(id, out var ticket) && ticket is null;

    private string? StandsFor(EntitlementId id, string? ticket)
    {
        if (_tickets.Count >= MaxRemembered)
        {
            _tickets.Clear();
        }

        _tickets[id] = ticket;
        return ticket;
    }

    private void Forget(BroadcastId broadcast, ViewerPseudonym viewer)
    {
        Interlocked.Increment(ref Grants(broadcast, viewer));
        _holding.TryRemove((broadcast, viewer), out _);
    }

    private ref long Grants(BroadcastId broadcast, ViewerPseudonym viewer) => ref _grants[(uint)HashCode.Combine(broadcast, viewer) % (uint)_grants.Length];

    private void Remember(BroadcastId broadcast, ViewerPseudonym viewer, Entitlement entitlement)
    {
        if (_holding.Count >= MaxRemembered)
        {
            _holding.TryRemove(_holding.First());
        }

        _holding[(broadcast, viewer)] = entitlement;
    }

    private Task<IReadOnlyList<Entitlement>> QueryAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancel) => DatabaseAway.GuardAsync<IReadOnlyList<Entitlement>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        var found = new List<Entitlement>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            found.Add(new(new(row.GetGuid(0)), row.GetFieldValue<DateTimeOffset>(1))
            {
                EndedAt = row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2),
                Viewer = row.IsDBNull(4) ? null : new(new(new Bytes32(row.GetFieldValue<byte[]>(3))), new(row.GetGuid(4)), row.GetFieldValue<byte[]>(5)),
                Standing = EntitlementTables.StandingOf(row.GetString(6)),
                Version = row.GetInt64(7),
                Sold = row.IsDBNull(8) ? null : new(new(row.GetGuid(8)), row.GetInt32(9)),
            });
        }

        return found;
    });

    private static string Load(string name) => Sql.Load(typeof(EntitlementBook).Assembly, $"Entitlements/{name}");

    /// <summary>The last that was heard of an entitlement.</summary>
    private sealed record Change(long Version, Standing Standing, ViewerPseudonym? Holder, DateTimeOffset At);
}
