using System.Collections.Concurrent;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Revocations;
using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Staying;
using Microsoft.Extensions.Hosting;

namespace LiveLedger.Swarm.Tracker;

/// <summary>The rooms of this process, and the clock that they live by.</summary>
internal sealed class Rooms(SwarmLinks links, SwarmOptions options, StayingInForce staying, TimeProvider time) : BackgroundService
{
    private readonly ConcurrentDictionary<BroadcastId, Room> _rooms = new();
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly HashSet<(BroadcastId Broadcast, PeerPseudonym Peer)> _toRevoke = [];
    private readonly Lock _past = new();
    private readonly ConcurrentQueue<(BroadcastId Broadcast, IReadOnlyList<Look> Looks)> _ended = new();
    private PlayerFigures _said = PlayerFigures.None;

    /// <summary>Takes a member in, or says why not.</summary>
    public (Room? Room, string? Refusal) Join(Member member)
    {
        var broadcast = member.Admission.Broadcast;
        while (true)
        {
            var room = _rooms.GetOrAdd(broadcast, b => new(b, options.MinViewers, time, staying));
            if (room.Join(member) is { } refusal)
            {
                return (null, refusal);
            }

            // An empty one may have been cleared away in between.
            if (_rooms.GetValueOrDefault(broadcast) == room)
            {
                return (room, null);
            }

            room.Leave(member);
        }
    }

    /// <summary>How each of them does now.</summary>
    public IReadOnlyList<RoomState> States => [.. _rooms.Values.Select(static r => r.State)];

    /// <summary>All that players have said in this process, rooms that are no more among them.</summary>
    public PlayerFigures Said
    {
        get
        {
            lock (_past)
            {
                return _rooms.Values.Select(static r => r.State.Total).Aggregate(_said, static (a, b) => a.And(b));
            }
        }
    }

    /// <summary>Ends a room that is another server's now.</summary>
    public void Close(BroadcastId broadcast)
    {
        if (_rooms.TryGetValue(broadcast, out var room))
        {
            Remove(broadcast, room);
            room.EndStays();
            _ended.Enqueue((broadcast, room.TakeLooks()));
            foreach (var member in room.Members)
            {
                member.Dismiss("going-away");
            }
        }
    }

    /// <summary>Looks at stays that are to be written down, each given once: at most an event's for each room.</summary>
    public IReadOnlyList<(BroadcastId Broadcast, IReadOnlyList<Look> Looks)> TakeLooks()
    {
        var taken = new List<(BroadcastId Broadcast, IReadOnlyList<Look> Looks)>();
        while (_ended.TryDequeue(out var ended))
        {
            taken.Add(ended);
        }

        taken.AddRange(_rooms.Select(static r => (r.Key, r.Value.TakeLooks())));
        taken.RemoveAll(static t => t.Looks.Count == 0);
        return taken;
    }

    /// <summary>The process ends: that its members go says nothing of them.</summary>
    public void EndStays()
    {
        foreach (var room in _rooms.Values)
        {
            room.EndStays();
        }
    }

    /// <summary>The room of a broadcast, if somebody is in it.</summary>
    public Room? Find(BroadcastId broadcast) => _rooms.GetValueOrDefault(broadcast);

    /// <summary>The broadcasts that have a room.</summary>
    public IEnumerable<BroadcastId> Broadcasts => _rooms.Keys;

    /// <summary>A segment can be had.</summary>
    public void Sealed(SealedNotice segment) => Find(segment.Broadcast)?.Sealed(segment);

    /// <summary>A peer has no place in a swarm any more; everybody there is told within <see cref="s_gather"/>.</summary>
    public void Revoke(BroadcastId broadcast, PeerPseudonym peer)
    {
        lock (_toRevoke)
        {
            _toRevoke.Add((broadcast, peer));
        }
    }

    // A shop that takes a thousand rights back at once makes some dozens of revocations, not a thousand for each who is there.
    private void RevokeGathered()
    {
        (BroadcastId Broadcast, PeerPseudonym Peer)[] gathered;
        lock (_toRevoke)
        {
            gathered = [.. _toRevoke];
            _toRevoke.Clear();
        }

        foreach (var revoked in gathered.GroupBy(static r => r.Broadcast, static r => r.Peer))
        {
            foreach (var peers in revoked.Distinct().Chunk(Revocation.MaxPeers))
            {
                var at = time.GetUtcNow();
                var token = links.SignRevocation(new(links.Issuer, revoked.Key, peers, at));
                // Also where nobody is: an admission from before may come yet.
                _rooms.GetOrAdd(revoked.Key, b => new(b, options.MinViewers, time, staying)).Revoke(peers, at, token);
            }
        }
    }

    private void Remove(BroadcastId broadcast, Room room)
    {
        lock (_past)
        {
            if (_rooms.TryRemove(new(broadcast, room)))
            {
                _said = _said.And(room.State.Total);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_gather, time);
        var ticked = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                RevokeGathered();
                if (time.GetElapsedTime(ticked) < s_tick)
                {
                    continue;
                }

                ticked = time.GetTimestamp();
                foreach (var (broadcast, room) in _rooms)
                {
                    room.Tick();
                    if (room.IsEmpty)
                    {
                        Remove(broadcast, room);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; peers find another, or come again.
        }
    }
}
