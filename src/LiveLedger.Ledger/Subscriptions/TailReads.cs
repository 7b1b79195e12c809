using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>
/// Fetches the log's newest events once for all subscriptions of a process: each is woken by the same growth, and each would fetch and decode the same rows.
/// Whoever is further behind than what is kept fetches for itself, and holds up nobody.
/// </summary>
/// <param name="read">Reads at most so many events from an index on; fewer where the log ends.</param>
internal sealed class TailReads(ReadRange read) : IDisposable
{
    /// <summary>Most events kept: a subscription that rests meets some hundreds.</summary>
    public const int MostEvents = 1024;

    /// <summary>Most bytes of payloads kept.</summary>
    public const int MostBytes = 4 << 20;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<LoggedEvent> _kept = [];
    private ulong _first;
    private long _bytes;

    private ulong End => _first + (ulong)_kept.Count;

    /// <summary>Events with index <paramref name="from"/> and on, at most <paramref name="count"/>; fewer where the log or what is kept ends, none only where the log ends.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> ReadAsync(LedgerIndex from, int count, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (from.Value >= End)
            {
                // The others wait for this, and find it kept.
                var page = await read(from, count, cancel);
                Keep(from.Value, page);
                return page;
            }

            if (from.Value >= _first)
            {
                var at = (int)(from.Value - _first);
                return _kept.GetRange(at, Math.Min(count, _kept.Count - at));
            }
        }
        finally
        {
            _turn.Release();
        }

        return await read(from, count, cancel);
    }

    public void Dispose() => _turn.Dispose();

    private void Keep(ulong from, IReadOnlyList<LoggedEvent> page)
    {
        if (from != End)
        {
            _kept.Clear();
            (_first, _bytes) = (from, 0);
        }

        _kept.AddRange(page);
        _bytes += page.Sum(static e => (long)e.Event.PayloadJson.Length);
        var dropped = 0;
        for (; _kept.Count - dropped > MostEvents || _bytes > MostBytes; dropped++)
        {
            _bytes -= _kept[dropped].Event.PayloadJson.Length;
        }

        _kept.RemoveRange(0, dropped);
        _first += (ulong)dropped;
    }
}

/// <summary>Reads at most <paramref name="count"/> events from an index on.</summary>
internal delegate Task<IReadOnlyList<LoggedEvent>> ReadRange(LedgerIndex from, int count, CancellationToken cancel);
