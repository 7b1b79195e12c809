namespace LiveLedger.Licensing.Playbacks;

/// <summary>
/// The numbers of a playback's requests, each good once (the window of IPsec, RFC 4303 §3.4.3): above the highest seen, or among the 64 behind
/// it and not seen yet, because a player's requests for several tracks overtake each other. A few bytes, however long it plays.
/// </summary>
internal sealed class NonceWindow(long floor = -1)
{
    /// <summary>Numbers are exact in a player's arithmetic.</summary>
    public const long Max = (1L << 53) - 1;

    private const int Width = 64;

    private readonly Lock _lock = new();
    private long _highest = floor;
    // Bit n: the number n below the highest. What was below a floor taken over from elsewhere counts as seen.
    private ulong _seen = ulong.MaxValue;

    /// <summary>The highest number taken, -1 for none.</summary>
    public long Highest
    {
        get
        {
            lock (_lock)
            {
                return _highest;
            }
        }
    }

    /// <summary>Takes a number; false if it was taken before, or is too old to tell.</summary>
    public bool Take(long number)
    {
        lock (_lock)
        {
            if (number > _highest)
            {
                var step = number - _highest;
                _seen = step >= Width ? 1 : (_seen << (int)step) | 1;
                _highest = number;
                return true;
            }

            var behind = _highest - number;
            if (behind >= Width || (_seen & (1UL << (int)behind)) != 0)
            {
                return false;
            }

            _seen |= 1UL << (int)behind;
            return true;
        }
    }
}
