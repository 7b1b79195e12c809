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
internal sealed record PlaybackTrace(string Id, string Session, DateTimeOffset OpenedAt, DateTimeOffset LeaseUntil, DateTimeOffset? DroppedAt, long Nonce);

/// <summary>What an entitlement's stream comes to, for who would open a playback of it: a function of its events and of nothing else.</summary>
/// <param name="Standing">What it is worth.</param>
/// <param name="Holder">Whose it is.</param>
/// <param name="FirstPlayedAt">When it was first played under terms that count.</param>
/// <param name="Playbacks">Those opened and not closed, as far back as it matters.</param>
/// <param name="Devices">The devices it was ever played on.</param>
internal sealed partial record EntitlementHistory(Standing Standing, string? Holder, DateTimeOffset? FirstPlayedAt, IReadOnlyList<PlaybackTrace> Playbacks, IReadOnlyList<string> Devices)
{
    // So many dropped ones are remembered, so that one who was dropped is not taken for a new one and drops the other in turn.
    private const int MaxDropped = 100;

    public static StreamFold<EntitlementHistory> Fold { get; } = new()
    {
        Name = "entitlement-history",
        Version = 1,
        Empty = static () => new(Standing.None, null, null, [], []),
        Apply = static (history, e) => history.After(e),
        Write = static history => JsonSerializer.SerializeToUtf8Bytes(history, HistoryJson.Default.EntitlementHistory),
        Read = static bytes => JsonSerializer.Deserialize(bytes.Span, HistoryJson.Default.EntitlementHistory)!,
    };

    /// <summary>The session's own playback, the last one.</summary>
    public PlaybackTrace? Find(string session) => Playbacks.LastOrDefault(p => p.Session == session);

    /// <summary>The others that count now.</summary>
    public IEnumerable<PlaybackTrace> Others(string session, DateTimeOffset now) => Playbacks.Where(p => p.Session != session && p.DroppedAt is null && p.LeaseUntil > now);

    private EntitlementHistory After(StoredEvent e)
    {
        switch (e.Type)
        {
            case EntitlementEvents.GrantedType:
                return this with { Standing = Standing.Entitled, Holder = EntitlementEvents.ReadGranted(e.PayloadJson.Span).Viewer };
            case EntitlementEvents.TransferredType:
                return this with { Holder = EntitlementEvents.ReadTransferred(e.PayloadJson.Span).Viewer };
            case CountedEvents.OpenedType:
                var opened = CountedEvents.ReadOpened(e);
                return this with
                {
                    FirstPlayedAt = FirstPlayedAt ?? opened.At,
                    // A lease that ran out before this counts no more.
                    Playbacks =
                    [
                        .. Playbacks.Where(static p => p.DroppedAt is not null).TakeLast(MaxDropped),
                        .. Playbacks.Where(p => p.DroppedAt is null && p.LeaseUntil > opened.At),
                        new(opened.Playback, opened.Session, opened.At, opened.LeaseUntil, null, opened.Nonce ?? -1),
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
                return this with { Playbacks = [.. Playbacks.Where(p => p.Id != closed.Playback || p.DroppedAt is not null)] };
            default:
                return EntitlementEvents.StandingAfter(e.Type) is { } standing ? this with { Standing = standing } : this;
        }
    }

    private EntitlementHistory Change(string playback, Func<PlaybackTrace, PlaybackTrace> change) => this with { Playbacks = [.. Playbacks.Select(p => p.Id == playback ? change(p) : p)] };

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(EntitlementHistory))]
    private sealed partial class HistoryJson : JsonSerializerContext;
}
