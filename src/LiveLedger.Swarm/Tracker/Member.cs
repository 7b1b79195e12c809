using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Sessions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>A peer in a room. Everything that changes does so under the room's lock.</summary>
internal sealed class Member(PeerId id, Admission admission, Place place, Action<byte[]> send)
{
    private const int EnoughToTell = 4;

    private Dictionary<PeerId, Neighbour>? _neighbours;

    public PeerId Id => id;

    public Place Place => place;

    /// <summary>The newest; renewals replace it.</summary>
    public Admission Admission { get; set; } = admission;

    public IReadOnlyList<TrackName> Tracks { get; set; } = [];

    public bool IsSharing { get; set; } = true;

    public bool IsViewer => Admission.Role == PeerRole.Viewer;

    /// <summary>True if it may be introduced to other viewers.</summary>
    public bool IsOpen => IsViewer && !Admission.IsPrivate;

    /// <summary>Its place in the room's list.</summary>
    public int Index { get; set; }

    /// <summary>What it last said of itself, and when.</summary>
    public PlayerFigures Figures { get; set; } = PlayerFigures.None;

    /// <summary>When that was, or when it came.</summary>
    public long SaidAt { get; set; }

    /// <summary>Where it stands by the round trips that it has measured.</summary>
    public Coordinate Where { get; private set; } = Coordinate.Unknown;

    /// <summary>True once enough are measured to tell.</summary>
    public bool IsPlaced { get; private set; }

    /// <summary>When it may ask for more neighbours again.</summary>
    public long AskedAt { get; set; }

    /// <summary>With whom it parted after an offence, as it said when it joined.</summary>
    public IReadOnlyList<PeerPseudonym> Parted { get; init; } = [];

    /// <summary>When it joined, in Unix milliseconds.</summary>
    public long JoinedAt { get; set; }

    /// <summary>Earlier stays of its pseudonym in this room.</summary>
    public int Visits { get; set; }

    /// <summary>Its stay, if it is followed.</summary>
    public Stay? Stay { get; set; }

    /// <summary>True for the half of those who could be heads that is likelier to be here in a minute; true for nobody where no model says.</summary>
    public bool IsSteady { get; set; }

    /// <summary>True in its first seconds.</summary>
    public bool IsYoung { get; set; } = true;

    /// <summary>True once it is out of its room.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Says why it is sent away, and ends its connection.</summary>
    public required Action<string> Dismiss { get; init; }

    public IReadOnlyDictionary<PeerId, Neighbour> Neighbours => _neighbours ?? s_none;

    /// <summary>Those among them that are viewers: relays are in no view's bound.</summary>
    public int Links { get; private set; }

    public void Send(byte[] message) => send(message);

    public Neighbour? Find(PeerId other) => _neighbours?.GetValueOrDefault(other);

    public void Add(Neighbour neighbour)
    {
        (_neighbours ??= new(4))[neighbour.Member.Id] = neighbour;
        Links += neighbour.Member.IsViewer ? 1 : 0;
    }

    public bool Remove(PeerId other)
    {
        if (_neighbours is null || !_neighbours.Remove(other, out var gone))
        {
            return false;
        }

        Links -= gone.Member.IsViewer ? 1 : 0;
        return true;
    }

    /// <summary>Its links that are up, and the mean round trip over those that are measured.</summary>
    public (int Links, double? Rtt) MeasuredLinks()
    {
        var (links, measured, sum) = (0, 0, 0.0);
        // The dictionary itself: its enumerator is no object, and this is asked of everybody in a room.
        foreach (var neighbour in (_neighbours ?? s_none).Values)
        {
            links += neighbour.IsLinked ? 1 : 0;
            if (neighbour.Rtt is { } rtt)
            {
                (measured, sum) = (measured + 1, sum + rtt);
            }
        }

        return (links, measured > 0 ? sum / measured : null);
    }

    /// <summary>Finds its place anew by all that it has measured; true if it had none before.</summary>
    public bool Locate(Random random)
    {
        var measured = 0;
        foreach (var neighbour in Neighbours.Values)
        {
            // Relays measure nothing, and stand nowhere.
            if (neighbour is { Rtt: { } rtt, Member.IsViewer: true })
            {
                Where = Where.Measured(neighbour.Member.Where, rtt, random);
                measured++;
            }
        }

        if (IsPlaced || measured < EnoughToTell)
        {
            return false;
        }

        return IsPlaced = true;
    }

    private static readonly Dictionary<PeerId, Neighbour> s_none = [];
}

/// <summary>Another peer that a member was introduced to.</summary>
internal sealed class Neighbour(Member member)
{
    /// <summary>Most signals from one to the other.</summary>
    public const int MaxSignals = 64;

    public Member Member => member;

    /// <summary>True for one whom the member met by chance when it asked.</summary>
    public bool IsByChance { get; init; }

    /// <summary>Signals that went there.</summary>
    public int Signals { get; set; }

    /// <summary>True once the member has said that the link is up.</summary>
    public bool IsLinked { get; set; }

    /// <summary>The measured round trip; null if it was not said.</summary>
    public double? Rtt { get; set; }
}
