using System.Globalization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Effects;

/// <summary>What a chain took back was about: the events that were undone, read once more.</summary>
internal sealed class UndoneSales
{
    private readonly Dictionary<ulong, ulong> _saleOfTicket = [];
    private readonly Dictionary<ulong, BroadcastId> _broadcastOfSale = [];

    private UndoneSales(IReadOnlyList<string> subjects) => Subjects = subjects;

    /// <summary>What the undone sightings were of, each once.</summary>
    public IReadOnlyList<string> Subjects { get; private set; }

    /// <summary>Reads the sightings that an event undoes.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static async Task<UndoneSales> ReadAsync(EventStore ledger, Deployment deployment, ChainView view, BlocksTakenBack taken, CancellationToken cancel)
    {
        var undone = taken.Undone.ToHashSet();
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var found = new UndoneSales([]);
        await foreach (var stored in ledger.ReadStreamAsync(deployment.Stream, taken.Undone.DefaultIfEmpty(0).Min(), cancel))
        {
            if (stored.Version > taken.Undone.DefaultIfEmpty(-1).Max())
            {
                break;
            }

            if (undone.Contains(stored.Version) && SightingEvents.Read(stored.Type, stored.PayloadJson.Span) is { } sighting)
            {
                subjects.Add(sighting.Subject);
                found.Take(sighting);
            }
        }

        foreach (var sale in found._saleOfTicket.Values.Distinct().Except(found._broadcastOfSale.Keys).ToArray())
        {
            if (await view.SaleAsync(sale, cancel) is { } stands)
            {
                found._broadcastOfSale[sale] = stands.Broadcast;
            }
        }

        found.Subjects = [.. subjects];
        return found;
    }

    /// <summary>What a ticket was for whose purchase was undone; null for others.</summary>
    public BroadcastId? BroadcastOf(ulong ticket) => _saleOfTicket.TryGetValue(ticket, out var sale) && _broadcastOfSale.TryGetValue(sale, out var broadcast) ? broadcast : null;

    /// <summary>The number in a subject.</summary>
    public static ulong NumberOf(string subject) => ulong.Parse(subject.AsSpan(subject.IndexOf('/', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private void Take(Sighting sighting)
    {
        switch (sighting)
        {
            case TicketBought bought:
                _saleOfTicket[bought.Ticket] = bought.Sale;
                break;
            case SaleCreated created when BroadcastId.TryParse(created.Broadcast, out var broadcast):
                _broadcastOfSale[created.Sale] = broadcast;
                break;
        }
    }
}
