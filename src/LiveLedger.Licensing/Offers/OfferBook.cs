using System.Collections.Concurrent;
using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Licensing.Offers;

/// <summary>Makes, revises, withdraws and finds offers. A version once stated is never another, so it stays in memory.</summary>
internal sealed class OfferBook(EventStore ledger, LedgerDatabase database, TimeProvider time)
{
    private const int MaxRemembered = 10_000;

    private static readonly string s_read = Load("read_offer.sql");
    private static readonly string s_list = Load("list_offers.sql");

    private readonly ConcurrentDictionary<OfferVersion, OfferTerms> _terms = new();

    /// <summary>Makes an offer; with a command, one for that command however often it is given.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<OfferId> CreateAsync(BroadcastId broadcast, OfferBody body, CommandId? command, CancellationToken cancel)
    {
        var id = new OfferId(command?.EventId(1) ?? Guid.CreateVersion7(time.GetUtcNow()));
        var created = OfferEvents.Stated(command?.EventId(0) ?? Guid.CreateVersion7(time.GetUtcNow()), broadcast, 1, body);
        await ledger.AppendAsync(OfferEvents.StreamOf(id), ExpectedVersion.NoStream, [created], cancel);
        return id;
    }

    /// <summary>States new terms: what was sold stays under the old ones. False if there is no such offer, or it is withdrawn.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; revise again.</exception>
    public Task<bool> ReviseAsync(BroadcastId broadcast, OfferId id, OfferBody body, CancellationToken cancel) =>
        ChangeAsync(broadcast, id, offer => offer.WithdrawnAt is not null ? null : OfferEvents.Stated(Guid.CreateVersion7(time.GetUtcNow()), broadcast, offer.Version + 1, body), cancel);

    /// <summary>Takes an offer from sale; one that is already stays so. False if there is no such offer.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; withdraw again.</exception>
    public async Task<bool> WithdrawAsync(BroadcastId broadcast, OfferId id, CancellationToken cancel) =>
        await ChangeAsync(broadcast, id, offer => offer.WithdrawnAt is not null ? null : OfferEvents.Withdrawn(Guid.CreateVersion7(time.GetUtcNow()), broadcast), cancel)
        || await ReadAsync(broadcast, id, cancel) is not null;

    /// <summary>An offer of a broadcast as it is now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<Offer?> ReadAsync(BroadcastId broadcast, OfferId id, CancellationToken cancel) =>
        (await QueryAsync(s_read, [new() { Value = id.Value }, new() { Value = broadcast.Value }], cancel)).SingleOrDefault();

    /// <summary>The offers of a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<Offer>> ListAsync(BroadcastId broadcast, CancellationToken cancel) => QueryAsync(s_list, [new() { Value = broadcast.Value }], cancel);

    /// <summary>The terms of an offer in a version; the open ones for none.</summary>
    /// <exception cref="LedgerUnavailableException">They are not in memory and the database is away.</exception>
    public async ValueTask<OfferTerms> TermsOfAsync(OfferVersion? sold, CancellationToken cancel)
    {
        if (sold is not { } version)
        {
            return OfferTerms.Open;
        }

        if (_terms.TryGetValue(version, out var known))
        {
            return known;
        }

        await foreach (var stored in ledger.ReadStreamAsync(OfferEvents.StreamOf(version.Id), cancel: cancel))
        {
            if (stored.Type != OfferEvents.WithdrawnType && OfferEvents.ReadStated(stored.PayloadJson.Span) is { } stated && stated.Version == version.Version)
            {
                if (_terms.Count >= MaxRemembered)
                {
                    _terms.TryRemove(_terms.First());
                }

                return _terms[version] = OfferReading.Read(stated.Offer);
            }
        }

        throw new InvalidDataException($"offer {version.Id} has no version {version.Version}");
    }

    private async Task<bool> ChangeAsync(BroadcastId broadcast, OfferId id, Func<Offer, NewEvent?> change, CancellationToken cancel)
    {
        while (true)
        {
            // The version before the row: whoever comes between makes the append fail, and it is looked at anew.
            var version = await ledger.StreamVersionAsync(OfferEvents.StreamOf(id), cancel);
            if (await ReadAsync(broadcast, id, cancel) is not { } offer || change(offer) is not { } added)
            {
                return false;
            }

            if ((await ledger.AppendAsync(OfferEvents.StreamOf(id), ExpectedVersion.Exactly(version), [added], cancel)).IsStored)
            {
                return true;
            }
        }
    }

    private Task<IReadOnlyList<Offer>> QueryAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancel) => DatabaseAway.GuardAsync<IReadOnlyList<Offer>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        var offers = new List<Offer>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            var body = JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(2), OfferJson.Default.OfferBody)!;
            offers.Add(new(new(row.GetGuid(0)), row.GetInt32(1), body, OfferReading.Read(body), row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4)));
        }

        return offers;
    });

    private static string Load(string name) => Sql.Load(typeof(OfferBook).Assembly, $"Offers/{name}");
}
