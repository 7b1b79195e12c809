using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Admissions;
using LiveLedger.Swarm.Bans;
using LiveLedger.Swarm.Convictions;
using LiveLedger.Swarm.Grants;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Swarm.Tracker;

/// <summary>Hears from the log who is banned, whichever process wrote it down, and tells the room.</summary>
internal sealed class BanFollower(EventStore ledger, Rooms rooms, TimeProvider time, ILogger<BanFollower> logger) : LogFollower(ledger, BanEvents.Prefix, time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (heard.Type == BanEvents.BannedType && BanEvents.TryReadStream(heard.Stream, out var broadcast, out var peer))
        {
            rooms.Revoke(broadcast, peer);
        }

        return default;
    }
}

/// <summary>Hears from the log who is convicted. A relay's grant is convicted in each room there is.</summary>
internal sealed class ConvictionFollower(EventStore ledger, Rooms rooms, PeerPseudonyms pseudonyms, TimeProvider time, ILogger<ConvictionFollower> logger)
    : LogFollower(ledger, ConvictionEvents.Prefix, time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (heard.Type == ConvictionEvents.ConvictedType)
        {
            var convicted = ConvictionEvents.ReadConvicted(heard);
            if (BroadcastId.TryParse(convicted.Broadcast, out var where) && PeerPseudonym.TryParse(convicted.Peer, out var peer))
            {
                rooms.Revoke(where, peer);
            }

            foreach (var broadcast in Guid.TryParseExact(convicted.Grant, "N", out var grant) ? rooms.Broadcasts : [])
            {
                rooms.Revoke(broadcast, pseudonyms.Of(broadcast, grant));
            }
        }

        return default;
    }
}

/// <summary>Hears from the log whose right to watch has ended: who may not watch has no place in the swarm either.</summary>
internal sealed class RightFollower(EventStore ledger, Rooms rooms, PeerPseudonyms pseudonyms, SwarmLinks links, TimeProvider time, ILogger<RightFollower> logger)
    : LogFollower(ledger, "entitlement/", time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (links.EndedBy(heard) is var (broadcast, entitlement))
        {
            rooms.Revoke(broadcast, pseudonyms.Of(broadcast, entitlement));
        }

        return default;
    }
}

/// <summary>Hears from the log which relays were withdrawn. One for all broadcasts is revoked in each room there is.</summary>
internal sealed class GrantFollower(EventStore ledger, Rooms rooms, PeerPseudonyms pseudonyms, TimeProvider time, ILogger<GrantFollower> logger)
    : LogFollower(ledger, GrantEvents.Prefix, time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (heard.Type == GrantEvents.WithdrawnType && GrantEvents.TryReadStream(heard.Stream, out var grant))
        {
            foreach (var broadcast in rooms.Broadcasts)
            {
                rooms.Revoke(broadcast, pseudonyms.Of(broadcast, grant));
            }
        }

        return default;
    }
}
