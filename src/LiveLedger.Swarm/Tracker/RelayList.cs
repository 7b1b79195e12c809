namespace LiveLedger.Swarm.Tracker;

/// <summary>The relays of a room, and to whom they are introduced: to each viewer the two that are nearest. Not thread-safe; its room's lock is held.</summary>
internal sealed class RelayList(Partings partings, Random random)
{
    private const int ForEach = 2;

    // So many hear of a new relay at once, and in each further second: a large room does not stand still for it.
    private const int AtOnce = 256;

    private readonly List<Member> _relays = [];
    private readonly Queue<Member> _waiting = [];

    /// <summary>A new one; who is to hear of it now. The others are the <see cref="Next"/>.</summary>
    public IReadOnlyList<Member> Add(Member relay, IEnumerable<Member> viewers)
    {
        _relays.Add(relay);
        _waiting.Clear();
        foreach (var viewer in viewers)
        {
            _waiting.Enqueue(viewer);
        }

        return Next();
    }

    /// <summary>It is there no more.</summary>
    public void Remove(Member relay) => _relays.Remove(relay);

    /// <summary>Viewers that are still to hear of a relay.</summary>
    public IReadOnlyList<Member> Next()
    {
        var next = new List<Member>();
        while (next.Count < AtOnce && _waiting.TryDequeue(out var viewer))
        {
            if (!viewer.HasLeft)
            {
                next.Add(viewer);
            }
        }

        return next;
    }

    /// <summary>Introduces a viewer to relays, as far as it lacks them.</summary>
    public void Connect(Member viewer)
    {
        var known = viewer.Neighbours.Values.Count(static n => !n.Member.IsViewer);
        if (_relays.Count == 0 || known >= ForEach)
        {
            return;
        }

        foreach (var relay in _relays.Where(r => r.Admission.Origin is not null && viewer.Find(r.Id) is null && partings.MayMeet(viewer, r))
            .OrderBy(r => viewer.Place.To(r.Place)).ThenBy(_ => random.Next()).Take(ForEach - known))
        {
            // A relay's address is public, and it learns of the viewer when that one connects: no budget, and nothing to tell it.
            viewer.Add(new(relay));
            viewer.Send(ToPeer.Introduce(relay.Id, relay.Admission.Role.ToString().ToLowerInvariant(), offers: true, viewer.Place.To(relay.Place), relay.Admission.Origin));
        }
    }
}
