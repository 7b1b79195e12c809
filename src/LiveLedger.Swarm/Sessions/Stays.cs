using System.Runtime.InteropServices;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Sessions;

/// <summary>
/// Follows stays in a room, a look each minute of their own, to write down how each minute went. In a large room only some, by a lot that each stay draws when it begins: whether one is
/// followed has nothing to do with how long it lasts. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Stays(TimeProvider time)
{
    // Pseudonyms whose visits are counted; of more, the room does not know.
    private const int MaxVisitors = 65_536;

    // Below so many the share grows again, for those who come from then on.
    private const int Few = SessionLooks.MaxLooks / 4;

    private static readonly TimeSpan s_minute = TimeSpan.FromSeconds(Look.Length);

    private readonly Pulse _pulse = new(time);
    private readonly Dictionary<PeerPseudonym, int> _visits = [];
    private readonly Queue<Stay> _followed = [];
    private readonly List<(double Lot, Look Look)> _seen = [];
    private double _share = 1;
    private int _open;
    private bool _isOver;

    /// <summary>True if there is something to write down.</summary>
    public bool HasSeen => _seen.Count > 0;

    /// <summary>A segment has come.</summary>
    public void Beat() => _pulse.Sealed();

    /// <summary>A member has joined.</summary>
    public void Came(Member member)
    {
        if (_visits.Count < MaxVisitors || _visits.ContainsKey(member.Admission.Peer))
        {
            member.Visits = CollectionsMarshal.GetValueRefOrAddDefault(_visits, member.Admission.Peer, out _)++;
        }

        var lot = Random.Shared.NextDouble();
        if (_isOver || lot >= _share)
        {
            return;
        }

        member.Stay = new(member, lot, FactsOf(member), member.Figures, time.GetTimestamp());
        _followed.Enqueue(member.Stay);
        if (++_open > SessionLooks.MaxLooks)
        {
            Thin();
        }
    }

    /// <summary>A member has gone: of itself, or it was sent away, and nobody knows how long it would have stayed.</summary>
    public void Went(Member member, bool ofItself)
    {
        if (member.Stay is { IsOpen: true } stay && !_isOver)
        {
            Close(stay, ofItself);
        }
    }

    /// <summary>A second has passed: looks that are a minute old are done, and the next ones are taken.</summary>
    public void Tick(int viewers)
    {
        _pulse.Tick(viewers);
        while (_followed.TryPeek(out var stay) && (!stay.IsOpen || time.GetElapsedTime(stay.At) >= s_minute))
        {
            _followed.Dequeue();
            if (!stay.IsOpen)
            {
                continue;
            }

            See(stay, hasLeft: false);
            if (stay.Lot < _share)
            {
                stay.Begin(FactsOf(stay.Member), stay.Member.Figures, time.GetTimestamp());
                _followed.Enqueue(stay);
            }
            else
            {
                stay.IsOpen = false;
                _open--;
            }
        }
    }

    /// <summary>What there is to write down, once.</summary>
    public IReadOnlyList<Look> Take()
    {
        if (_open + _seen.Count < Few)
        {
            _share = Math.Min(1, _share * 2);
        }

        Look[] seen = [.. _seen.Select(static s => s.Look)];
        _seen.Clear();
        return seen;
    }

    /// <summary>The process ends, or the room is another's: whoever is there stays, as far as anybody here can know.</summary>
    public void End()
    {
        foreach (var stay in _followed.Where(static s => s.IsOpen))
        {
            Close(stay, hasLeft: false);
        }

        _followed.Clear();
        _isOver = true;
    }

    /// <summary>What is known of a member now.</summary>
    public StayFacts FactsOf(Member member)
    {
        var (links, rtt) = member.MeasuredLinks();
        return new()
        {
            At = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), member.JoinedAt),
            JoinedAt = member.JoinedAt,
            Links = links,
            Rtt = rtt,
            IsSharing = member.IsSharing,
            HasRegion = member.Place.Region is not null,
            Visits = member.Visits,
            Stalls = member.Figures.Stalls,
            Sent = member.Figures.Sent,
            Viewers = _pulse.Viewers,
            Slope = _pulse.Slope,
            Phase = _pulse.Phase,
        };
    }

    private void Close(Stay stay, bool hasLeft)
    {
        stay.IsOpen = false;
        _open--;
        See(stay, hasLeft);
    }

    private void See(Stay stay, bool hasLeft)
    {
        var seconds = Math.Min(Look.Length, time.GetElapsedTime(stay.At).TotalSeconds);
        var (before, now) = (stay.Figures, stay.Member.Figures);
        var received = now.Origin + now.Relays + now.Peers - before.Origin - before.Relays - before.Peers;
        _seen.Add((stay.Lot, new(stay.Member.Admission.Peer, stay.Member.Admission.Role, stay.Facts, seconds, hasLeft, now.Sent - before.Sent, received)));
        if (_seen.Count > SessionLooks.MaxLooks)
        {
            Thin();
        }
    }

    // Half of the lots lose, those of stays that are over too: what is left is as even a sample as before.
    private void Thin()
    {
        while (_open > SessionLooks.MaxLooks || _seen.Count > SessionLooks.MaxLooks)
        {
            _share /= 2;
            foreach (var stay in _followed.Where(s => s.IsOpen && s.Lot >= _share))
            {
                stay.IsOpen = false;
                _open--;
            }

            _seen.RemoveAll(s => s.Lot >= _share);
        }
    }
}

/// <summary>A stay that is followed, and the look at it that is open.</summary>
internal sealed class Stay(Member member, double lot, StayFacts facts, PlayerFigures figures, long at)
{
    public Member Member => member;

    public double Lot => lot;

    public bool IsOpen { get; set; } = true;

    public StayFacts Facts { get; private set; } = facts;

    public PlayerFigures Figures { get; private set; } = figures;

    /// <summary>When the look was taken.</summary>
    public long At { get; private set; } = at;

    public void Begin(StayFacts facts, PlayerFigures figures, long at) => (Facts, Figures, At) = (facts, figures, at);
}
