using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Sessions;

/// <summary>
/// Logs that a ticket was played, in the ticket's own stream <c>ticket/{chain id}-{contract}-{ticket}</c>: the contract pays for an outage whoever had a playback
/// logged before it, and reads no more of this event than stream, type and time.
/// </summary>
internal sealed class SessionRecorder(EventStore ledger, Deployment deployment, AnchoringLinks links)
{
    public const string Prefix = "ticket/";
    public const string OpenedType = "ticket-session-opened";

    private const int Schema = 1;
    private const string Actor = "system";

    /// <summary>The stream of a ticket.</summary>
    public static StreamName StreamOf(string ticket) => new(Prefix + ticket);

    /// <summary>Logs it if the entitlement stands for a ticket of ours; once, however often it is told.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; tell it again.</exception>
    public async Task RecordAsync(BroadcastId broadcast, Guid entitlement, StoredEvent opening, CancellationToken cancel)
    {
        if (await links.TicketOf(entitlement, cancel) is { } ticket && ticket.StartsWith(TicketEffects.NameOf(deployment, 0)[..^1], StringComparison.Ordinal))
        {
            await ledger.AppendAsync(StreamOf(ticket), ExpectedVersion.Any, [Opened(broadcast, opening)], cancel);
        }
    }

    /// <summary>The broadcast that a session was of; null for another event.</summary>
    public static string? BroadcastOf(StoredEvent stored)
    {
        if (stored.Type != OpenedType)
        {
            return null;
        }

        using var payload = JsonDocument.Parse(stored.PayloadJson);
        return payload.RootElement.TryGetProperty("broadcast", out var member) && BroadcastId.TryParse(member.GetString(), out var broadcast) ? broadcast.ToString() : null;
    }

    private static NewEvent Opened(BroadcastId broadcast, StoredEvent opening) => new(
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"liveledger ticket session v1\n{opening.Id:N}")).AsSpan(0, 16), bigEndian: true), OpenedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new { broadcast = broadcast.ToString(), playback = opening.Stream.Value }), Actor)
    { Causation = opening.Id };
}
