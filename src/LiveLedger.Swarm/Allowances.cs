namespace LiveLedger.Swarm;

/// <summary>
/// How often each of many may do something: so often at once, and once more after each of these times. Bounded: when so many are remembered that there is no room, those who are not known wait.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="burst">At once.</param>
/// <param name="each">Until one more.</param>
/// <param name="most">Most that are remembered.</param>
internal sealed class Allowances<TKey>(TimeProvider time, int burst, TimeSpan each, int most) where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, (double Left, long At)> _left = [];
    private long? _sweptAt;

    /// <summary>Takes one; how long to wait for the next if there is none.</summary>
    public TimeSpan? Take(TKey key)
    {
        lock (_lock)
        {
            if (WaitOf(key) is { } wait)
            {
                return wait;
            }

            _left[key] = (LeftOf(key) - 1, time.GetTimestamp());
            return null;
        }
    }

    /// <summary>One that was taken was not used.</summary>
    public void GiveBack(TKey key)
    {
        lock (_lock)
        {
            if (_left.TryGetValue(key, out var known))
            {
                _left[key] = known with { Left = Math.Min(burst, known.Left + 1) };
            }
        }
    }

    /// <summary>How long to wait until there is one; null for not at all. Takes none.</summary>
    public TimeSpan? Wait(TKey key)
    {
        lock (_lock)
        {
            return WaitOf(key);
        }
    }

    private TimeSpan? WaitOf(TKey key)
    {
        if (!_left.ContainsKey(key) && _left.Count >= most && !HasRoom())
        {
            return each;
        }

        var left = LeftOf(key);
        return left >= 1 ? null : (1 - left) * each;
    }

    // All of them are looked at, so seldom.
    private bool HasRoom()
    {
        if (_sweptAt is not { } at || time.GetElapsedTime(at) >= each)
        {
            _sweptAt = time.GetTimestamp();
            foreach (var key in _left.Keys)
            {
                if (LeftOf(key) >= burst)
                {
                    _left.Remove(key);
                }
            }
        }

        return _left.Count < most;
    }

    private double LeftOf(TKey key) => _left.TryGetValue(key, out var known) ? Math.Min(burst, known.Left + time.GetElapsedTime(known.At) / each) : burst;
}
