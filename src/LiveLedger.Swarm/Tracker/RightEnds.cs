using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// The connections of each right. Who comes with eight is one of those who come: it has the places of one, and is drawn as often as one. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class RightEnds(Random random)
{
    private readonly Dictionary<PeerPseudonym, List<Member>> _ends = [];

    /// <summary>A viewer that may be introduced to others.</summary>
    public void Add(Member member)
    {
        if (!_ends.TryGetValue(member.Admission.Peer, out var ends))
        {
            _ends[member.Admission.Peer] = ends = new(1);
        }

        ends.Add(member);
    }

    /// <summary>It is there no more.</summary>
    public void Remove(Member member)
    {
        if (_ends.TryGetValue(member.Admission.Peer, out var ends) && ends.Remove(member) && ends.Count == 0)
        {
            _ends.Remove(member.Admission.Peer);
        }
    }

    /// <summary>Viewers that a member's right knows, over all of its connections.</summary>
    public int LinksOf(Member member)
    {
        var links = 0;
        foreach (var end in _ends.GetValueOrDefault(member.Admission.Peer) ?? [])
        {
            links += end.Links;
        }

        return links;
    }

    /// <summary>True if one of a right's connections knows a connection of another's right, but for that other itself: of those two each says by itself whom it knows.</summary>
    public bool KnowAnother(Member member, Member other)
    {
        foreach (var end in _ends.GetValueOrDefault(member.Admission.Peer) ?? [])
        {
            foreach (var neighbour in end.Neighbours.Values)
            {
                if (neighbour.Member != other && neighbour.Member.Admission.Peer == other.Admission.Peer)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>By chance: true for one of a right's connections, so that each right is as likely as another.</summary>
    public bool IsDrawn(Member member) => _ends.GetValueOrDefault(member.Admission.Peer) is not { Count: > 1 } ends || random.Next(ends.Count) == 0;
}
