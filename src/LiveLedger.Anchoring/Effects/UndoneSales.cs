using System.Globalization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Effects;

/// <summary>What a chain took back was about: the events that were undone, read once more.</summary>
internal sealed class UndoneSales
{
    // Tickets are mostly sold soon after their sale was opened.
    private const long FirstWindow = 1000;

    private readonly Dictionary<ulong, ulong> _saleOfTicket = [];
    private readonly Dictionary<ulong, BroadcastId> _broadcastOfSale = [];

    private UndoneSales(IReadOnlyList<string> subjects) => Subjects = subjects;

    /// <summary>What the undone sightings were of, each once.</summary>
    public IReadOnlyList<string> Subjects { get; private set; }

    /// <summary>Reads the sightings that an event undoes.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public static async Task<UndoneSales> ReadAsync(EventStore ledger, Deployment deployment, BlocksTakenBack taken, CancellationToken cancel)
    {
        var undone = taken.Undone.ToHashSet();
        var first = taken.Undone.DefaultIfEmpty(0).Min();
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        var found = new UndoneSales([]);
        await foreach (var stored in ledger.ReadStreamAsync(deployment.Stream, first, cancel))
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

        await found.ReadSalesAsync(ledger, deployment, first, cancel);
        found.Subjects = [.. subjects];
        return found;
    }

    /// <summary>What a ticket was for whose purchase was undone; null for others.</summary>
    public BroadcastId? BroadcastOf(ulong ticket) => _saleOfTicket.TryGetValue(ticket, out var sale) && _broadcastOfSale.TryGetValue(sale, out var broadcast) ? broadcast : null;

    /// <summary>The number in a subject.</summary>
    public static ulong NumberOf(string subject) => ulong.Parse(subject.AsSpan(subject.IndexOf('/', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    // Sales that were opened before what was undone, from the log and not from the view: that is further already, and may have another sale by the number.
    private async Task ReadSalesAsync(EventStore ledger, Deployment deployment, long before, CancellationToken cancel)
    {
        var wanted = _saleOfTicket.Values.Except(_broadcastOfSale.Keys).ToHashSet();
        for (var window = FirstWindow; wanted.Count > 0 && before > 0; window *= 2)
        {
            var from = Math.Max(0, before - window);
            await foreach (var stored in ledger.ReadStreamAsync(deployment.Stream, from, cancel).TakeWhile(e => e.Version < before))
            {
                // The last one before the purchase is the one that the purchase was of.
                if (SightingEvents.Read(stored.Type, stored.PayloadJson.Span) is SaleCreated created && wanted.Contains(created.Sale))
                {
                    Take(created);
                }
            }

            wanted.ExceptWith(_broadcastOfSale.Keys);
            before = from;
        }
    }

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
