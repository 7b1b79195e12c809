namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Who is introduced to whom: the nearest first, and always some by chance, for a swarm of islands carries nothing between them. Each introduction costs both sides one of their
/// budget. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Matching
{
    /// <summary>Neighbours that a member meets by chance before any that are near.</summary>
    public const int ByChance = 2;

    // With as many, each has enough sources, and a swarm stays in one piece. Each is met by as many again: in a large room twice what is wanted must be less than strangers may have, or there is no room
    // for those who come last.
    private const int WantedAtFirst = 4;
    private const int WantedInSmall = 8;
    private const int WantedInLarge = 6;
    private const int Small = 24;
    private const int KeptForTheNear = 3;

    // Who is met by chance may have more: else newcomers would meet those alone who keep free for them.
    private const int KeptFromChance = 1;

    // More than wanted, and only for a way that is much shorter than those there are.
    private const int ForShorterWays = 2;
    private const double MuchShorterMs = 20;

    // Candidates that are looked at for one member beside those who may be near, so that a large room costs no more than a small one.
    private const int Sample = 48;

    private static readonly TimeSpan s_young = TimeSpan.FromSeconds(5);

    private readonly List<Member> _open = [];
    private readonly List<Member> _private = [];
    private readonly Vicinity _vicinity;
    private readonly RightEnds _ends;
    private readonly Queue<(Member Member, long At)> _young = [];
    private readonly Partings _partings;
    private readonly RelayList _relays;
    private readonly int _minViewers;
    private readonly TimeProvider _time;
    private readonly Introductions _budget;
    private readonly Random _random;
    private readonly int _byChance;
    private readonly Func<Member, int>? _amongEquals;

    /// <summary>Of a room with nobody in it.</summary>
    /// <param name="minViewers">With fewer nobody is introduced to a viewer.</param>
    /// <param name="budget">How many each may meet.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">What is by chance; null for what nobody can know.</param>
    /// <param name="byChance">Neighbours that a member meets by chance first.</param>
    /// <param name="amongEquals">Of equally near ones, whose number is less goes first; null for chance, which is what no member can bring about for itself.</param>
    public Matching(int minViewers, Introductions budget, TimeProvider time, Random? random = null, int byChance = ByChance, Func<Member, int>? amongEquals = null)
    {
        (_minViewers, _budget, _partings, _time, _random, _byChance, _amongEquals) = (minViewers, budget, new(time), time, random ?? Random.Shared, byChance, amongEquals);
        (_relays, _vicinity, _ends) = (new(_partings, _random), new(_random), new(_random));
    }

    /// <summary>Viewers that may be introduced to one another.</summary>
    public IReadOnlyList<Member> Open => _open;

    /// <summary>True if there are enough that may be introduced to one another: private viewers make no mesh.</summary>
    public bool IsEnough => _open.Count >= _minViewers;

    private int Wanted => _open.Count <= Small ? WantedInSmall : WantedInLarge;

    // Where many come at once, links that are made in the first seconds keep first segments waiting: some now, the others when it plays. One right has no more places by having more connections.
    private int LackedBy(Member member, int more = 0) => Math.Min((member.IsYoung ? WantedAtFirst : Wanted) + more - member.Links, Room.MaxLinks - _ends.LinksOf(member));

    /// <summary>Takes a member in; those who now have somebody to be introduced to.</summary>
    public IReadOnlyList<Member> Add(Member member)
    {
        if (!member.IsViewer)
        {
            return _relays.Add(member, _open.Concat(_private));
        }

        if (!member.IsOpen)
        {
            _private.Add(member);
            return [];
        }

        _young.Enqueue((member, _time.GetTimestamp()));
        member.Index = _open.Count;
        _open.Add(member);
        _vicinity.Add(member);
        _ends.Add(member);
        return _open.Count == _minViewers ? [.. _open.Where(m => m != member)] : [];
    }

    /// <summary>Takes a member out; its neighbours are told.</summary>
    public void Remove(Member member)
    {
        if (!member.IsViewer)
        {
            _relays.Remove(member);
            _vicinity.RemoveRelay(member.Id);
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
            _vicinity.Remove(member);
            _ends.Remove(member);
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

        _relays.Connect(member);
        var wanted = LackedBy(member);
        if (!member.IsOpen || !IsEnough || wanted <= 0)
        {
            return;
        }

        var found = Candidates(member);
        // Some by chance first, and again when one of these is lost: the nearest alone would be islands in the end.
        var byChance = Math.Clamp(_byChance - member.Neighbours.Values.Count(static n => n.IsByChance), 0, wanted);
        Span<Member> all = found.ToArray();
        _random.Shuffle(all);
        var chosen = all[..Math.Min(byChance, all.Length)].ToArray();
        // Equals stay as they were shuffled. With those first who have the fewest links, who throws everybody out again would be met by all who come.
        var near = all[chosen.Length..].ToArray().Where(o => HasRoomFor(member, o)).OrderBy(o => _vicinity.Between(member, o, _open.Count)).ThenBy(o => _amongEquals?.Invoke(o) ?? 0).Take(wanted - chosen.Length);
        if (IntroduceAll(member, chosen, byChance: true))
        {
            IntroduceAll(member, near, byChance: false);
        }
    }

    // False once its budget is used up; it was told.
    private bool IntroduceAll(Member member, IEnumerable<Member> others, bool byChance)
    {
        foreach (var other in others)
        {
            if (!_budget.Has(member.Admission.Peer))
            {
                member.Send(ToPeer.Limited(_budget.WaitOf(member.Admission.Peer)));
                return false;
            }

            Introduce(member, other, byChance);
        }

        return true;
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

        if (!other.IsViewer)
        {
            _vicinity.Unlinked(member, id);
        }

        if (why == "offence")
        {
            _partings.Part(member.Admission.Peer, other.Admission.Peer);
        }
        else if (why == "failed")
        {
            _partings.Fail(member.Admission.Peer, other.Admission.Peer);
        }
    }

    /// <summary>A link is up, and its round trip measured: once enough are, those are introduced to whom the way is much shorter.</summary>
    public void Linked(Member member, Neighbour neighbour, double? rtt)
    {
        if (!neighbour.IsLinked && !neighbour.Member.IsViewer && member.IsOpen)
        {
            _vicinity.Linked(member, neighbour.Member);
        }

        (neighbour.IsLinked, neighbour.Rtt) = (true, rtt);
        if (!member.Locate(_random) || !member.IsOpen || !IsEnough)
        {
            return;
        }

        var ways = member.Neighbours.Values.Where(static n => n.Member.IsViewer).Select(static n => n.Rtt).OfType<double>().Order().ToArray();
        var middle = ways[ways.Length / 2];
        var shorter = Candidates(member).Where(o => o.IsPlaced && HasRoomFor(member, o)).Select(o => (Other: o, Way: member.Where.To(o.Where))).Where(o => o.Way < middle / 2 && o.Way < middle - MuchShorterMs)
            .OrderBy(static o => o.Way).Take(Math.Min(ForShorterWays, LackedBy(member, ForShorterWays))).Select(static o => o.Other);
        IntroduceAll(member, [.. shorter], byChance: false);
    }

    /// <summary>What is due each second: links that failed long ago are forgotten, and the next viewers hear of a new relay.</summary>
    public void Tick()
    {
        _partings.Forget();
        while (_young.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.At) >= s_young)
        {
            _young.Dequeue().Member.IsYoung = false;
            if (!oldest.Member.HasLeft)
            {
                Connect(oldest.Member);
            }
        }

        foreach (var viewer in _relays.Next())
        {
            _relays.Connect(viewer);
        }
    }

    private void Introduce(Member newcomer, Member other, bool byChance)
    {
        _budget.Take(newcomer.Admission.Peer);
        _budget.Take(other.Admission.Peer);
        newcomer.Add(new(other) { IsByChance = byChance });
        other.Add(new(newcomer));
        var near = newcomer.Place.To(other.Place);
        // Who was there waits for the offer: timers of a page in the background are slow, what comes to it is not.
        other.Send(ToPeer.Introduce(newcomer.Id, "viewer", offers: false, near, origin: null));
        newcomer.Send(ToPeer.Introduce(other.Id, "viewer", offers: true, near, origin: null));
    }

    private List<Member> Candidates(Member member)
    {
        var found = new HashSet<Member>();
        _vicinity.Find(member, found);
        if (_open.Count <= Sample)
        {
            found.UnionWith(_open);
        }
        else
        {
            for (var i = 0; i < Sample; i++)
            {
                if (_open[_random.Next(_open.Count)] is var drawn && _ends.IsDrawn(drawn))
                {
                    found.Add(drawn);
                }
            }
        }

        // Two ends of one entitlement are one peer: they refuse one another, and who knows the one has nothing from the other.
        var known = member.Neighbours.Values.Select(static n => n.Member.Admission.Peer).Append(member.Admission.Peer).ToHashSet();
        found.RemoveWhere(o => known.Contains(o.Admission.Peer) || _ends.LinksOf(o) >= Room.MaxLinks - KeptFromChance && !HasRoomFor(member, o) || !_budget.Has(o.Admission.Peer) || !_partings.MayMeet(member, o));
        // Whoever knows another of its connections last: eight of one right would be all that a newcomer next door knows. Where there is nobody else, a second page is better off with them than alone.
        List<Member> others = [.. found.Where(o => !_ends.KnowAnother(o, member)).DistinctBy(static o => o.Admission.Peer)];
        return others.Count > 0 ? others : [.. found.DistinctBy(static o => o.Admission.Peer)];
    }

    // Who came early would be full of strangers when a neighbour comes.
    private bool HasRoomFor(Member member, Member other) => _ends.LinksOf(other) < (_vicinity.AreNear(member, other, _open.Count) ? Room.MaxLinks : Room.MaxLinks - KeptForTheNear);
}
