using System.Globalization;
using System.Text.Json;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Anchoring.Views;

/// <summary>The statement that makes a subject's row what its sightings fold to, or drops it if nothing of it stands.</summary>
internal static class ViewRow
{
    private static readonly string s_putTicket = ViewTables.Load("put_ticket"), s_dropTicket = ViewTables.Load("drop_ticket");
    private static readonly string s_putSale = ViewTables.Load("put_sale"), s_dropSale = ViewTables.Load("drop_sale");
    private static readonly string s_putToken = ViewTables.Load("put_token"), s_dropToken = ViewTables.Load("drop_token");
    private static readonly string s_putAnchor = ViewTables.Load("put_anchor"), s_dropAnchor = ViewTables.Load("drop_anchor");

    /// <exception cref="InvalidDataException">There is no such subject.</exception>
    public static NpgsqlCommand Of(string deployment, string subject, IReadOnlyList<Sighting> standing) => subject.Split('/') switch
    {
        ["ticket", var ticket] => Ticket(deployment, Number(ticket), TicketFold.Of(standing)),
        ["sale", var sale] => Sale(deployment, Number(sale), SaleFold.Of(standing)),
        ["token", var token] when BroadcastId.TryParse(token, out var broadcast) => Token(deployment, broadcast, TokenFold.Of(standing)),
        ["anchor", var submitter, var origin, var size] => Anchor(deployment, "0x" + submitter, "0x" + origin, decimal.Parse(size, CultureInfo.InvariantCulture), standing.OfType<CheckpointAnchored>().LastOrDefault()),
        _ => throw new InvalidDataException($"the view of a chain has no '{subject}'"),
    };

    private static NpgsqlCommand Ticket(string deployment, long ticket, TicketState? state) => state is null
        ? Command(s_dropTicket, deployment, ticket)
        : Command(s_putTicket, deployment, ticket, checked((long)state.Sale), state.Holder, state.Standing, Text(state.Face), Text(state.Paid), checked((long)state.ClaimedUntil));

    private static NpgsqlCommand Sale(string deployment, long sale, SaleStanding? state) => state is null
        ? Command(s_dropSale, deployment, sale)
        : Command(
            s_putSale, deployment, sale, BroadcastId.TryParse(state.Broadcast, out var broadcast) ? broadcast.Value : throw new InvalidDataException($"sale {sale} is of no broadcast"),
            state.Broadcaster, state.State, state.Cancelled, JsonSerializer.SerializeToUtf8Bytes(state.Terms, SaleTermsJson.Default.SaleTerms));

    private static NpgsqlCommand Token(string deployment, BroadcastId broadcast, TokenState? state) => state is null
        ? Command(s_dropToken, deployment, broadcast.Value)
        : Command(s_putToken, deployment, broadcast.Value, state.Owner, state.Controller, state.Identity, state.ContentRoot);

    private static NpgsqlCommand Anchor(string deployment, string submitter, string origin, decimal size, CheckpointAnchored? anchored) => anchored is null
        ? Command(s_dropAnchor, deployment, submitter, origin, size)
        : Command(s_putAnchor, deployment, submitter, origin, size, anchored.Root, checked((long)anchored.At.Block), anchored.At.BlockHash, anchored.At.Transaction);

    private static NpgsqlCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var value in values)
        {
            // What is null here is text.
            command.Parameters.Add(value is null ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } : new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Text(UInt128 amount) => amount.ToString(CultureInfo.InvariantCulture);
}
