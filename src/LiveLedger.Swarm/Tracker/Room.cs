using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Sessions;
using LiveLedger.Swarm.Staying;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// The swarm of one broadcast as its tracker knows it: who is there, who was introduced to whom. One lock; what is done under it is a few dozen steps, whatever the number of
/// members. Nothing of it is on disk: after a crash peers come again, and links that are up stay so.
/// </summary>
internal sealed class Room(BroadcastId broadcast, int minViewers, TimeProvider time, StayingInForce? staying = null, Matching? matching = null)
{
    /// <summary>Most viewers in a member's view.</summary>
    public const int MaxLinks = 16;

    /// <summary>Most members by one right: a viewer's few devices, and sockets of theirs that are not known to be dead yet.</summary>
    public const int MaxOfOne = 8;

    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_tellLargeRooms = TimeSpan.FromSeconds(10);

    // A small room hears of each that comes; in a large one nobody needs to know to the head.
    private const int LargeRoom = 50;

    // A message each: of more, a newcomer is told the newest.
    private const int MaxTokens = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Member> _members = [];
    private readonly Dictionary<PeerPseudonym, int> _membersOf = [];
    private readonly Matching _matching = matching ?? new(minViewers, new Introductions(time), time);
    private readonly Stripes _stripes = new(time);
    private readonly Dictionary<PeerPseudonym, (DateTimeOffset At, string Token)> _revoked = [];
    private readonly SwarmFigures _figures = new(time);
    private readonly Stays _stays = new(time);
    private readonly Steadiness _steadiness = new(staying, time);
    private int _told;
    private long _toldAt = time.GetTimestamp();

    public BroadcastId Broadcast => broadcast;

    /// <summary>Viewers there are.</summary>
    public int Viewers { get; private set; }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _members.Count == 0 && _revoked.Count == 0 && !_stays.HasSeen;
            }
        }
    }

    /// <summary>Takes a member in and introduces it; or says why not, with nothing done.</summary>
    public string? Join(Member member)
    {
        lock (_lock)
        {
            if (IsRevoked(member.Admission))
            {
                return "revoked";
            }

            var same = _membersOf.GetValueOrDefault(member.Admission.Peer);
            if (same >= MaxOfOne)
            {
                return "too-many";
            }

            _membersOf[member.Admission.Peer] = same + 1;
            _members.Add(member.Id, member);
            (member.SaidAt, member.JoinedAt) = (time.GetTimestamp(), time.GetUtcNow().ToUnixTimeMilliseconds());
            _stays.Came(member);
            Viewers += member.IsViewer ? 1 : 0;
            member.Send(ToPeer.Joined(member.Id, Viewers, minViewers, MaxLinks));
            // Those who were revoked cannot be introduced; these are for what a neighbour may pass on.
            foreach (var token in _revoked.Values.OrderByDescending(static r => r.At).Select(static r => r.Token).Distinct().Take(MaxTokens))
            {
                member.Send(ToPeer.Revoked(token));
            }

            var others = _matching.Add(member);
            _matching.Connect(member);
            // With this one there are enough; or, with a relay, there is something for everybody.
            foreach (var other in others)
            {
                _matching.Connect(other);
            }

            Tell(now: Viewers <= LargeRoom);
            return null;
        }
    }

    /// <summary>A member's connection has ended.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="ofItself">False if it was sent away.</param>
    public void Leave(Member member, bool ofItself = true)
    {
        lock (_lock)
        {
            if (!_members.Remove(member.Id))
            {
                return;
            }

            if (--_membersOf[member.Admission.Peer] == 0)
            {
                _membersOf.Remove(member.Admission.Peer);
            }

            Viewers -= member.IsViewer ? 1 : 0;
            member.HasLeft = true;
            _stays.Went(member, ofItself);
            _matching.Remove(member);
            Tell(now: Viewers <= LargeRoom);
        }
    }

    /// <summary>A newer admission of the same peer; false if it was revoked.</summary>
    public bool TryRenew(Member member, Admission admission)
    {
        lock (_lock)
        {
            if (!IsHere(member) || IsRevoked(admission))
            {
                return false;
            }

            member.Admission = admission;
            return true;
        }
    }

    /// <summary>What a member plays, and whether it sends to others.</summary>
    public void Plays(Member member, IReadOnlyList<TrackName> tracks, bool isSharing)
    {
        lock (_lock)
        {
            (member.Tracks, member.IsSharing) = (tracks, isSharing);
        }
    }

    /// <summary>Passes something on to a neighbour. To nobody else: a member that was not introduced cannot be reached.</summary>
    public void Pass(Member from, Signal signal)
    {
        lock (_lock)
        {
            if (IsHere(from) && from.Find(signal.To) is { Signals: < Neighbour.MaxSignals } to && to.Member.Find(from.Id) is not null)
            {
                to.Signals++;
                to.Member.Send(ToPeer.Signal(from.Id, signal.Kind, signal.Text));
            }
        }
    }

    /// <summary>What a member says of itself. What cannot be is passed over.</summary>
    public void Says(Member member, PlayerFigures said)
    {
        lock (_lock)
        {
            if (!IsHere(member) || !said.CanFollow(member.Figures, time.GetElapsedTime(member.SaidAt)))
            {
                return;
            }

            var more = said.Less(member.Figures);
            (member.Figures, member.SaidAt) = (said, time.GetTimestamp());
            _figures.Add(more);
        }
    }

    /// <summary>How the swarm does now.</summary>
    public RoomState State
    {
        get
        {
            lock (_lock)
            {
                var latencies = _members.Values.Select(static m => m.Figures.LatencyMs).OfType<long>().Order().ToArray();
                return new(
                    Viewers, _members.Count - Viewers, _members.Values.Sum(static m => m.Neighbours.Values.Count(static n => n.IsLinked)) / 2, _figures.Total, _figures.LastMinute,
                    latencies.Length > 0 ? latencies[latencies.Length / 2] : null);
            }
        }
    }

    /// <summary>A link is up.</summary>
    public void Linked(Member member, Linked said)
    {
        lock (_lock)
        {
            if (IsHere(member) && member.Find(said.Other) is { } neighbour)
            {
                _matching.Linked(member, neighbour, said.Rtt);
            }
        }
    }

    /// <summary>A link is none any more, or did not come to be.</summary>
    public void Unlink(Member member, Unlink said)
    {
        lock (_lock)
        {
            if (IsHere(member))
            {
                _matching.Part(member, said.Other, said.Why);
            }
        }
    }

    /// <summary>A member has room for more neighbours.</summary>
    public void More(Member member)
    {
        lock (_lock)
        {
            if (!IsHere(member) || member.AskedAt != 0 && time.GetElapsedTime(member.AskedAt) < s_askAgain)
            {
                return;
            }

            member.AskedAt = time.GetTimestamp();
            _matching.Connect(member);
        }
    }

    /// <summary>A segment can be had: some members are told to fetch a part each.</summary>
    public void Sealed(SealedNotice segment)
    {
        lock (_lock)
        {
            _stays.Beat();
            if (_matching.IsEnough)
            {
                _stripes.Deal(segment, _matching.Open);
            }
        }
    }

    /// <summary>Peers have no place here any more: everybody hears it, and they are sent away.</summary>
    public void Revoke(IReadOnlyCollection<PeerPseudonym> peers, DateTimeOffset at, string token)
    {
        List<Member> gone;
        lock (_lock)
        {
            foreach (var peer in peers)
            {
                _revoked[peer] = (at, token);
            }

            var message = ToPeer.Revoked(token);
            foreach (var member in _members.Values)
            {
                member.Send(message);
            }

            gone = [.. _members.Values.Where(m => IsRevoked(m.Admission))];
        }

        Dismiss(gone, "revoked");
    }

    /// <summary>What is due by the clock: admissions that have ended, revocations that nobody need know any more, how many viewers there are.</summary>
    public void Tick()
    {
        List<Member> gone;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            gone = [.. _members.Values.Where(m => m.Admission.ExpiresAt + AdmissionVerifier.Leeway <= now)];
            foreach (var (peer, _) in _revoked.Where(r => r.Value.At + Peering.Revocations.Revocation.Life <= now).ToList())
            {
                _revoked.Remove(peer);
            }

            _matching.Tick();
            _stays.Tick(Viewers);
            _steadiness.Tick(_matching.Open, _stays);
            Tell(now: time.GetElapsedTime(_toldAt) >= s_tellLargeRooms);
        }

        Dismiss(gone, "expired");
    }

    // At once, and not when its socket has ended: nobody is introduced to it meanwhile.
    private void Dismiss(List<Member> members, string code)
    {
        foreach (var member in members)
        {
            Leave(member, ofItself: false);
            member.Dismiss(code);
        }
    }

    /// <summary>Looks at stays that are to be written down, each given once.</summary>
    public IReadOnlyList<Look> TakeLooks()
    {
        lock (_lock)
        {
            return _stays.Take();
        }
    }

    /// <summary>The process ends, or the room is another's: who goes from here on has not left of itself.</summary>
    public void EndStays()
    {
        lock (_lock)
        {
            _stays.End();
        }
    }

    /// <summary>The members there are now.</summary>
    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_lock)
            {
                return [.. _members.Values];
            }
        }
    }

    // Who was sent away may still speak until its socket has ended: nothing comes of it.
    private bool IsHere(Member member) => _members.ContainsKey(member.Id);

    // An admission carries whole seconds; what was issued in the second of the revocation is void.
    private bool IsRevoked(Admission admission) => _revoked.TryGetValue(admission.Peer, out var revoked) && admission.IssuedAt <= revoked.At;

    private void Tell(bool now)
    {
        if (!now || _told == Viewers)
        {
            return;
        }

        (_told, _toldAt) = (Viewers, time.GetTimestamp());
        var message = ToPeer.Viewers(Viewers);
        foreach (var member in _members.Values)
        {
            member.Send(message);
        }
    }
}

/// <summary>How a swarm does. Bytes, stalls and latency are what players say.</summary>
internal sealed record RoomState(int Viewers, int Relays, int Links, PlayerFigures Total, PlayerFigures LastMinute, long? LatencyMs);
