using LiveLedger.Cryptography;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// Who is not introduced to whom: never after an offence, not for a while after a link that did not form. In memory; peers say again when they join. What they say
/// so is kept with them, for as long as they are there: it may be made up, and takes no place of what was seen here. Not thread-safe.
/// </summary>
internal sealed class Partings(TimeProvider time)
{
    /// <summary>Most that a member says when it joins: the newest.</summary>
    public const int MaxSaid = 64;

    // Beyond these only the peers themselves know.
    private const int Max = 100_000;
    private static readonly TimeSpan s_notAgainWithin = TimeSpan.FromMinutes(10);

    private readonly HashSet<(Bytes32, Bytes32)> _parted = [];
    private readonly Dictionary<(Bytes32, Bytes32), long> _failed = [];
    private long _forgotAt = time.GetTimestamp();

    /// <summary>Two never meet again.</summary>
    public void Part(PeerPseudonym a, PeerPseudonym b)
    {
        if (_parted.Count < Max)
        {
            _parted.Add(Pair(a, b));
        }
    }

    /// <summary>A link between two did not form: the next try would fail as well.</summary>
    public void Fail(PeerPseudonym a, PeerPseudonym b)
    {
        if (_failed.Count < Max)
        {
            _failed[Pair(a, b)] = time.GetTimestamp();
        }
    }

    /// <summary>True if two may be introduced to one another.</summary>
    public bool MayMeet(Member one, Member other)
    {
        var (a, b) = (one.Admission.Peer, other.Admission.Peer);
        if (one.Parted.Contains(b) || other.Parted.Contains(a))
        {
            return false;
        }

        if (_parted.Count == 0 && _failed.Count == 0)
        {
            return true;
        }

        var pair = Pair(a, b);
        return !_parted.Contains(pair) && !(_failed.TryGetValue(pair, out var at) && time.GetElapsedTime(at) < s_notAgainWithin);
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

    private static (Bytes32, Bytes32) Pair(PeerPseudonym a, PeerPseudonym b)
    {
        Span<byte> one = stackalloc byte[Bytes32.Length], other = stackalloc byte[Bytes32.Length];
        a.Value.CopyTo(one);
        b.Value.CopyTo(other);
        return one.SequenceCompareTo(other) < 0 ? (a.Value, b.Value) : (b.Value, a.Value);
    }
}
