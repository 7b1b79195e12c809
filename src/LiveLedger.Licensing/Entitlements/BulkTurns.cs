namespace LiveLedger.Licensing.Entitlements;

/// <summary>Whose files of grants are worked on: few of one account, so that others find room, and in all as many as memory has room for.</summary>
internal sealed class BulkTurns
{
    /// <summary>Most of one account.</summary>
    public const int MostOfOne = 2;

    /// <summary>Most in all: each holds its file in memory.</summary>
    public const int MostInAll = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>A turn, until it is disposed; null if there is none now.</summary>
    public IDisposable? TryTake(string account)
    {
        lock (_lock)
        {
            var mine = _taken.GetValueOrDefault(account);
            if (mine >= MostOfOne || _taken.Values.Sum() >= MostInAll)
            {
                return null;
            }

            _taken[account] = mine + 1;
            return new Turn(this, account);
        }
    }

    private void GiveBack(string account)
    {
        lock (_lock)
        {
            if (--_taken[account] == 0)
            {
                _taken.Remove(account);
            }
        }
    }

    private sealed class Turn(BulkTurns turns, string account) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
            {
                turns.GiveBack(account);
            }
        }
    }
}
