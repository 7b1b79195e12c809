using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Who is introduced to whom: the nearest first, and always some by chance, for a swarm of islands carries nothing between them. Each introduction costs both sides one of their
/// budget. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Matching(int minViewers, Introductions budget, TimeProvider time)
{
    // With as many, each has enough sources, and a swarm stays in one piece; half of the view is left for those who come later.
    private const int Wanted = 8;
    private const int ByChance = 3;
    private const int Relays = 2;
    private const int KeptForTheNear = 4;

    // Candidates that are looked at for one member, so that a large room costs no more than a small one.
    private const int MaxNear = 24;
    private const int Sample = 48;
    private const int MaxParted = 100_000;
    private static readonly TimeSpan s_notAgainWithin = TimeSpan.FromMinutes(10);

    private readonly List<Member> _open = [];
    private readonly List<Member> _private = [];
    private readonly List<Member> _relays = [];
    private readonly Dictionary<ulong, List<Member>> _networks = [];
    private readonly HashSet<(PeerPseudonym, PeerPseudonym)> _parted = [];
    private readonly Dictionary<(PeerPseudonym, PeerPseudonym), long> _failed = [];
    private long _forgotAt = time.GetTimestamp();

    /// <summary>Viewers that may be introduced to one another.</summary>
    public IReadOnlyList<Member> Open => _open;

    /// <summary>True if there are enough that may be introduced to one another: private viewers make no mesh.</summary>
    public bool IsEnough => _open.Count >= minViewers;

    /// <summary>Takes a member in; those who now have somebody to be introduced to.</summary>
    public IReadOnlyList<Member> Add(Member member)
    {
        if (!member.IsViewer)
        {
            _relays.Add(member);
            return [.. _open, .. _private];
        }

        if (!member.IsOpen)
        {
            _private.Add(member);
            return [];
        }

        member.Index = _open.Count;
        _open.Add(member);
        if (!_networks.TryGetValue(member.Place.Network, out var network))
        {
            _networks[member.Place.Network] = network = [];
        }

        network.Add(member);
        return _open.Count == minViewers ? [.. _open.Where(m => m != member)] : [];
    }

    /// <summary>Takes a member out; its neighbours are told.</summary>
    public void Remove(Member member)
    {
        if (!member.IsViewer)
        {
            _relays.Remove(member);
            foreach (var viewer in _open.Concat(_private))
            {
                if (viewer.Remove(member.Id))
                {
                    viewer.Send(ToPeer.Gone(member.Id));
                }
            }
        }
        else if (member.IsOpen)
        {
            var last = _open[^1];
            (_open[member.Index], last.Index) = (last, member.Index);
            _open.RemoveAt(_open.Count - 1);
            var network = _networks[member.Place.Network];
            network.Remove(member);
            if (network.Count == 0)
            {
                _networks.Remove(member.Place.Network);
            }
        }
        else
        {
            _private.Remove(member);
        }

        foreach (var other in member.Neighbours.Values.Where(static n => n.Member.IsViewer).ToList())
        {
            if (other.Member.Remove(member.Id))
            {
                other.Member.Send(ToPeer.Gone(member.Id));
            }
        }
    }

    /// <summary>Introduces a member, as far as it lacks neighbours.</summary>
    public void Connect(Member member)
    {
        if (!member.IsViewer)
        {
            return;
        }

        ConnectToRelays(member);
        if (!member.IsOpen || !IsEnough || member.Links >= Wanted)
        {
            return;
        }

        var found = Candidates(member);
        var wanted = Wanted - member.Links;
        // Some by chance first, so that the nearest do not take all the room.
        var byChance = Math.Min(ByChance, Math.Max(0, wanted - 1));
        Span<Member> all = found.ToArray();
        Random.Shared.Shuffle(all);
        var chosen = all[..Math.Min(byChance, all.Length)].ToArray();
        var near = all[chosen.Length..].ToArray().OrderBy(o => member.Place.To(o.Place)).ThenBy(static o => o.Links).Take(wanted - chosen.Length);
        foreach (var other in chosen.Concat(near))
        {
            if (!budget.Has(member.Admission.Peer))
            {
                member.Send(ToPeer.Limited(budget.WaitOf(member.Admission.Peer)));
                return;
            }

            Introduce(member, other);
        }
    }

    /// <summary>Two are neighbours no more; the other is told.</summary>
    /// <param name="member">Who says so.</param>
    /// <param name="id">Of whom.</param>
    /// <param name="why">As it was said: after an offence the two never meet again; after a link that did not form not for a while, for the next try would fail as well.</param>
    public void Part(Member member, PeerId id, string why)
    {
        if (member.Find(id)?.Member is not { } other)
        {
            return;
        }

        member.Remove(id);
        if (other.Remove(member.Id))
        {
            other.Send(ToPeer.Gone(member.Id));
        }

        if (why == "offence" && _parted.Count < MaxParted)
        {
            _parted.Add(Pair(member, other));
        }
        else if (why == "failed" && _failed.Count < MaxParted)
        {
            _failed[Pair(member, other)] = time.GetTimestamp();
        }
    }

    /// <summary>Forgets the links that failed long ago: a network may have changed.</summary>
    public void Forget()
    {
        if (time.GetElapsedTime(_forgotAt) < TimeSpan.FromMinutes(1))
        {
            return;
        }

        _forgotAt = time.GetTimestamp();
        foreach (var (pair, at) in _failed)
        {
            if (time.GetElapsedTime(at) >= s_notAgainWithin)
            {
                _failed.Remove(pair);
            }
        }
    }

    private void Introduce(Member newcomer, Member other)
    {
        budget.Take(newcomer.Admission.Peer);
        budget.Take(other.Admission.Peer);
        newcomer.Add(new(other));
        other.Add(new(newcomer));
        var near = newcomer.Place.To(other.Place);
        // Who was there waits for the offer: timers of a page in the background are slow, what comes to it is not.
        other.Send(ToPeer.Introduce(newcomer.Id, "viewer", offers: false, near, origin: null));
        newcomer.Send(ToPeer.Introduce(other.Id, "viewer", offers: true, near, origin: null));
    }

    private void ConnectToRelays(Member member)
    {
        var known = member.Neighbours.Values.Count(static n => !n.Member.IsViewer);
        foreach (var relay in _relays.Where(r => r.Admission.Origin is not null && member.Find(r.Id) is null && !_parted.Contains(Pair(member, r)) && !HasFailed(member, r))
            .OrderBy(r => member.Place.To(r.Place)).ThenBy(static _ => Random.Shared.Next()).Take(Math.Max(0, Relays - known)))
        {
            // A relay's address is public, and it learns of the viewer when that one connects: no budget, and nothing to tell it.
            member.Add(new(relay));
            member.Send(ToPeer.Introduce(relay.Id, relay.Admission.Role.ToString().ToLowerInvariant(), offers: true, member.Place.To(relay.Place), relay.Admission.Origin));
        }
    }

    private List<Member> Candidates(Member member)
    {
        var found = new HashSet<Member>();
        foreach (var near in _networks.GetValueOrDefault(member.Place.Network, []).Take(MaxNear))
        {
            found.Add(near);
        }

        if (_open.Count <= Sample)
        {
            found.UnionWith(_open);
        }
        else
        {
            for (var i = 0; i < Sample; i++)
            {
                found.Add(_open[Random.Shared.Next(_open.Count)]);
            }
        }

        // Two ends of one entitlement are one peer, and refuse one another.
        found.RemoveWhere(o => o == member || o.Admission.Peer == member.Admission.Peer || o.Links >= RoomFor(member, o) || member.Find(o.Id) is not null
            || !budget.Has(o.Admission.Peer) || _parted.Contains(Pair(member, o)) || HasFailed(member, o));
        return [.. found];
    }

    private bool HasFailed(Member member, Member other) => _failed.TryGetValue(Pair(member, other), out var at) && time.GetElapsedTime(at) < s_notAgainWithin;

    // Who came early would be full of strangers when a neighbour comes.
    private static int RoomFor(Member member, Member other) => member.Place.To(other.Place) <= Nearness.Network ? Room.MaxLinks : Room.MaxLinks - KeptForTheNear;

    private static (PeerPseudonym, PeerPseudonym) Pair(Member a, Member b)
    {
        var (one, other) = (a.Admission.Peer, b.Admission.Peer);
        return string.CompareOrdinal(one.ToString(), other.ToString()) < 0 ? (one, other) : (other, one);
    }
}
