using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Anchoring.Views;

/// <summary>A ticket, and for which broadcast it is.</summary>
internal sealed record SeenTicket(ulong Ticket, BroadcastId Broadcast, TicketState State);

/// <summary>A sale, and how many tickets it has sold.</summary>
internal sealed record SeenSale(ulong Sale, BroadcastId Broadcast, SaleStanding State, long Sold);

/// <summary>An anchored checkpoint.</summary>
internal sealed record SeenAnchor(ulong Size, string Root, ulong Block, string BlockHash, string Transaction);

/// <summary>Asks the platform's view of the chain. Every answer is of blocks that were deep enough, and throws <see cref="LedgerUnavailableException"/> while the database is away.</summary>
internal sealed class ChainView(LedgerDatabase database, Deployment deployment)
{
    /// <summary>Most running sales that are read at once.</summary>
    public const int RunningPage = 500;

    private static readonly string s_ticket = ViewTables.Load("read_ticket"), s_tickets = ViewTables.Load("list_tickets");
    private static readonly string s_sale = ViewTables.Load("read_sale"), s_sales = ViewTables.Load("list_sales"), s_running = ViewTables.Load("list_running_sales");
    private static readonly string s_token = ViewTables.Load("read_token"), s_anchors = ViewTables.Load("list_anchors");
    private static readonly string s_controlled = ViewTables.Load("list_controlled");

    public async Task<SeenTicket?> TicketAsync(ulong ticket, CancellationToken cancel) => (await QueryAsync(s_ticket, Ticket, cancel, checked((long)ticket))).SingleOrDefault();

    /// <summary>A holder's tickets for a broadcast by number, the first hundred or those behind one.</summary>
    public Task<IReadOnlyList<SeenTicket>> TicketsAsync(Address holder, BroadcastId broadcast, CancellationToken cancel, ulong? behind = null) =>
        QueryAsync(s_tickets, Ticket, cancel, holder.ToString(), broadcast.Value, behind is { } ticket ? checked((long)ticket) : -1L);

    public async Task<SeenSale?> SaleAsync(ulong sale, CancellationToken cancel) => (await QueryAsync(s_sale, Sale, cancel, checked((long)sale))).SingleOrDefault();

    public Task<IReadOnlyList<SeenSale>> SalesAsync(BroadcastId broadcast, CancellationToken cancel) => QueryAsync(s_sales, Sale, cancel, broadcast.Value);

    /// <summary>Sales that are open or started.</summary>
    public async Task<IReadOnlyList<SeenSale>> RunningSalesAsync(CancellationToken cancel) => await EachRunningSaleAsync(cancel).ToListAsync(cancel);

    /// <summary>Sales that are open or started, by their numbers, read a page at a time.</summary>
    public async IAsyncEnumerable<SeenSale> EachRunningSaleAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // Below the first.
        for (var last = -1L; await QueryAsync(s_running, Sale, cancel, last, RunningPage) is { Count: > 0 } page; last = checked((long)page[^1].Sale))
        {
            foreach (var sale in page)
            {
                yield return sale;
            }

            if (page.Count < RunningPage)
            {
                yield break;
            }
        }
    }

    public async Task<TokenState?> TokenAsync(BroadcastId broadcast, CancellationToken cancel) => (await QueryAsync(
        s_token, static row => new TokenState(row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3)), cancel, broadcast.Value)).SingleOrDefault();

    /// <summary>Broadcasts that a wallet controls by their tokens.</summary>
    public Task<IReadOnlyList<BroadcastId>> ControlledByAsync(Address wallet, CancellationToken cancel) => QueryAsync(s_controlled, static row => new BroadcastId(row.GetGuid(0)), cancel, wallet.ToString());

    /// <summary>Anchors of a log by a submitter, the largest first, none larger than <paramref name="most"/>.</summary>
    public Task<IReadOnlyList<SeenAnchor>> AnchorsAsync(Address submitter, Sha256Hash origin, ulong most, int count, CancellationToken cancel) => QueryAsync(
        s_anchors,
        static row => new SeenAnchor((ulong)row.GetFieldValue<decimal>(0), row.GetString(1), (ulong)row.GetInt64(2), row.GetString(3), row.GetString(4)),
        cancel, submitter.ToString(), HexText.Of(origin.Value.ToArray()), (decimal)most, count);

    private static SeenTicket Ticket(NpgsqlDataReader row) => new(
        (ulong)row.GetInt64(0), new(row.GetGuid(7)),
        new((ulong)row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3), Amount(row.GetString(4)), Amount(row.GetString(5)), (ulong)row.GetInt64(6)));

    private static SeenSale Sale(NpgsqlDataReader row)
    {
        var broadcast = new BroadcastId(row.GetGuid(1));
        var terms = JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(5), SaleTermsJson.Default.SaleTerms) ?? throw new InvalidDataException($"sale {row.GetInt64(0)} has no terms");
        return new((ulong)row.GetInt64(0), broadcast, new(broadcast.ToString(), row.GetString(2), row.GetString(3), row.GetBoolean(4), terms), row.GetInt64(6));
    }

    private static UInt128 Amount(string text) => UInt128.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancel, params object[] values) => LedgerUnavailableException.GuardAsync<IReadOnlyList<T>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = deployment.Name });
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        var found = new List<T>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            found.Add(read(rows));
        }

        return found;
    });
}
