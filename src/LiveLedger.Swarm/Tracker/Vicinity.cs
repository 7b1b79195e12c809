namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Who is near whom: behind one address; at one relay; in one network; in one region; and among equals by the round trip that is expected. Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Vicinity(Random random)
{
    // Of each list so many are looked at for one member, so that a large room costs no more than a small one.
    private const int Looked = 24;

    // Round trips within one step are equal: who has fewer links goes first then.
    private const double StepMs = 20;

    private readonly Dictionary<ulong, List<Member>> _networks = [];
    private readonly Dictionary<PeerId, List<Member>> _atRelays = [];

    /// <summary>A viewer that may be introduced to others.</summary>
    public void Add(Member member)
    {
        if (!_networks.TryGetValue(member.Place.Network, out var network))
        {
            _networks[member.Place.Network] = network = [];
        }

        network.Add(member);
    }

    /// <summary>It is there no more.</summary>
    public void Remove(Member member)
    {
        Drop(_networks, member.Place.Network, member);
        foreach (var relay in member.Neighbours.Values.Where(static n => !n.Member.IsViewer))
        {
            Drop(_atRelays, relay.Member.Id, member);
        }
    }

    /// <summary>A viewer is linked with a relay, and was not before.</summary>
    public void Linked(Member member, Member relay)
    {
        if (!_atRelays.TryGetValue(relay.Id, out var there))
        {
            _atRelays[relay.Id] = there = [];
        }

        there.Add(member);
    }

    /// <summary>And no more.</summary>
    public void Unlinked(Member member, PeerId relay) => Drop(_atRelays, relay, member);

    /// <summary>A relay is there no more.</summary>
    public void RemoveRelay(PeerId relay) => _atRelays.Remove(relay);

    /// <summary>Some that may be near; others too.</summary>
    /// <param name="member">Whom.</param>
    /// <param name="into">Where they are added.</param>
    public void Find(Member member, HashSet<Member> into)
    {
        Some(_networks.GetValueOrDefault(member.Place.Network), into);
        foreach (var relay in member.Neighbours.Values)
        {
            if (relay is { IsLinked: true, Member.IsViewer: false })
            {
                Some(_atRelays.GetValueOrDefault(relay.Member.Id), into);
            }
        }
    }

    /// <summary>How far two are apart, for ordering: less is nearer.</summary>
    /// <param name="one">A member.</param>
    /// <param name="other">Another.</param>
    /// <param name="viewers">How many viewers there are.</param>
    public (int Rank, double RoundTrip) Between(Member one, Member other, int viewers)
    {
        var rank = RankOf(one, other, viewers);
        var known = one.IsPlaced && other.IsPlaced;
        // One that has measured nothing yet stands in the middle: neither sought nor shunned.
        return ((int)rank, known ? Math.Floor(one.Where.To(other.Where) / StepMs) : Math.Floor(Coordinate.TypicalMs / StepMs));
    }

    /// <summary>True for those of one address, one relay, one network.</summary>
    public bool AreNear(Member one, Member other, int viewers) => RankOf(one, other, viewers) <= Rank.Network;

    private Rank RankOf(Member one, Member other, int viewers) => one.Place.To(other.Place) switch
    {
        Nearness.Lan => Rank.Lan,
        _ when ShareRelay(one, other, viewers) => Rank.Relay,
        Nearness.Network => Rank.Network,
        Nearness.Region => Rank.Region,
        _ => Rank.Far,
    };

    private enum Rank
    {
        Lan,
        Relay,
        Network,
        Region,
        Far,
    }

    // A relay that most have says nothing of where they are.
    private bool ShareRelay(Member one, Member other, int viewers)
    {
        foreach (var relay in one.Neighbours.Values)
        {
            if (relay is { IsLinked: true, Member.IsViewer: false } && other.Find(relay.Member.Id) is { IsLinked: true } && _atRelays.TryGetValue(relay.Member.Id, out var there) && 2 * there.Count <= viewers)
            {
                return true;
            }
        }

        return false;
    }

    // From anywhere in it: who stands at its head has all the links it may have.
    private void Some(List<Member>? list, HashSet<Member> into)
    {
        if (list is null)
        {
            return;
        }

        var from = list.Count > Looked ? random.Next(list.Count) : 0;
        for (var n = 0; n < Math.Min(Looked, list.Count); n++)
        {
            into.Add(list[(from + n) % list.Count]);
        }
    }

    private static void Drop<TKey>(Dictionary<TKey, List<Member>> lists, TKey key, Member member) where TKey : notnull
    {
        if (lists.TryGetValue(key, out var list) && list.Remove(member) && list.Count == 0)
        {
            lists.Remove(key);
        }
    }
}
