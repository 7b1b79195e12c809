using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Snapshots;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>A playback in an entitlement's history.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Session">What tells it from the others.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="LeaseUntil">Until when it counts without a sign of life.</param>
/// <param name="DroppedAt">When it yielded to another.</param>
/// <param name="Nonce">The highest number of its requests that is written down, -1 for none.</param>
/// <param name="ClosedAt">When its player closed it.</param>
internal sealed record PlaybackTrace(string Id, string Session, DateTimeOffset OpenedAt, DateTimeOffset LeaseUntil, DateTimeOffset? DroppedAt, long Nonce, DateTimeOffset? ClosedAt = null)
{
    /// <summary>True while it counts.</summary>
    public bool IsOpen(DateTimeOffset now) => DroppedAt is null && ClosedAt is null && LeaseUntil > now;
}

/// <summary>What an entitlement's stream comes to, for who would open a playback of it: a function of its events and of nothing else.</summary>
/// <param name="Standing">What it is worth.</param>
/// <param name="Holder">Whose it is.</param>
/// <param name="FirstPlayedAt">When it was first played under terms that count.</param>
/// <param name="Playbacks">Those that are open, and the last of those that ended.</param>
/// <param name="Devices">The devices its holder ever played it on.</param>
internal sealed partial record EntitlementHistory(Standing Standing, string? Holder, DateTimeOffset? FirstPlayedAt, IReadOnlyList<PlaybackTrace> Playbacks, IReadOnlyList<string> Devices)
{
    // So many that ended are remembered: one who was dropped must not be taken for a new one and drop the other in turn, and a request that was copied must not
    // open again what its player has closed.
    private const int MaxEnded = 100;

    public static StreamFold<EntitlementHistory> Fold { get; } = new()
    {
        Name = "entitlement-history",
        Version = 2,
        Empty = static () => new(Standing.None, null, null, [], []),
        Apply = static (history, e) => history.After(e),
        Write = static history => JsonSerializer.SerializeToUtf8Bytes(history, HistoryJson.Default.EntitlementHistory),
        Read = static bytes => JsonSerializer.Deserialize(bytes.Span, HistoryJson.Default.EntitlementHistory)!,
    };

    /// <summary>The session's own playback, the last one.</summary>
    public PlaybackTrace? Find(string session) => Playbacks.LastOrDefault(p => p.Session == session);

    /// <summary>The others that count now.</summary>
    /// <param name="session">Whose others.</param>
    /// <param name="now">The time.</param>
    /// <param name="lives">True for a playback that gives signs of life here: after an outage they wait to be written down, and its lease seems to be over.</param>
    public IEnumerable<PlaybackTrace> Others(string session, DateTimeOffset now, Func<PlaybackTrace, bool> lives) =>
        Playbacks.Where(p => p.Session != session && (p.IsOpen(now) || p is { DroppedAt: null, ClosedAt: null } && lives(p)));

    private EntitlementHistory After(StoredEvent e)
    {
        switch (e.Type)
        {
            case EntitlementEvents.GrantedType:
                return this with { Standing = Standing.Entitled, Holder = EntitlementEvents.ReadGranted(e.PayloadJson.Span).Viewer };
            case EntitlementEvents.TransferredType:
                // Playbacks and devices were the other's.
                return this with { Holder = EntitlementEvents.ReadTransferred(e.PayloadJson.Span).Viewer, Playbacks = [], Devices = [] };
            case CountedEvents.OpenedType:
                var opened = CountedEvents.ReadOpened(e);
                return this with
                {
                    FirstPlayedAt = FirstPlayedAt ?? opened.At,
                    Playbacks =
                    [
                        .. Playbacks.Where(p => !p.IsOpen(opened.At)).TakeLast(MaxEnded),
                        .. Playbacks.Where(p => p.IsOpen(opened.At)),
                        new(opened.Playback, opened.Session, opened.At, opened.LeaseUntil, null, Math.Max(opened.Nonce ?? -1, Find(opened.Session)?.Nonce ?? -1)),
                    ],
                    Devices = opened.Device is { } device && !Devices.Contains(device) ? [.. Devices, device] : Devices,
                };
            case CountedEvents.RenewedType:
                var renewed = CountedEvents.ReadRenewed(e);
                return Change(renewed.Playback, p => p with { LeaseUntil = renewed.LeaseUntil > p.LeaseUntil ? renewed.LeaseUntil : p.LeaseUntil, Nonce = Math.Max(p.Nonce, renewed.Nonce ?? -1) });
            case CountedEvents.DroppedType:
                var dropped = CountedEvents.ReadDropped(e);
                return Change(dropped.Playback, p => p with { DroppedAt = p.DroppedAt ?? dropped.At });
            case CountedEvents.ClosedType:
                var closed = CountedEvents.ReadClosed(e);
                return Change(closed.Playback, p => p with { ClosedAt = p.ClosedAt ?? closed.At, Nonce = Math.Max(p.Nonce, closed.Nonce ?? -1) });
            default:
                return EntitlementEvents.StandingAfter(e.Type) is { } standing ? this with { Standing = standing } : this;
        }
    }

    private EntitlementHistory Change(string playback, Func<PlaybackTrace, PlaybackTrace> change) => this with { Playbacks = [.. Playbacks.Select(p => p.Id == playback ? change(p) : p)] };

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementHistory))]
    private sealed partial class HistoryJson : JsonSerializerContext;
}
