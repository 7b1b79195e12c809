namespace LiveLedger.Ledger.Journal;

/// <summary>
/// Events that this process has lately appended, by position, until the journal has them: reading each back from the database would cost more
/// than writing it. Bounded, and allowed to forget: what is not here is read.
/// </summary>
internal sealed class RecentEvents
{
    private const int Slots = 65_536;
    private const int MaxBodyLength = 4096;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Slot?[] _slots = new Slot?[Slots];
    private long _bytes;

    /// <summary>Keeps an event, if there is room. Any thread.</summary>
    public void Keep(long position, JournaledEvent e)
    {
        var length = e.BodyLength;
        if (length <= MaxBodyLength && Interlocked.Read(ref _bytes) < MaxBytes)
        {
            Interlocked.Add(ref _bytes, length);
            Forget(Interlocked.Exchange(ref _slots[position % Slots], new(position, e)));
        }
    }

    /// <summary>The event of a position, which is forgotten with this; null if it is not here.</summary>
    public JournaledEvent? Take(long position)
    {
        ref var slot = ref _slots[position % Slots];
        var kept = Volatile.Read(ref slot);
        if (kept is null || kept.Position != position || Interlocked.CompareExchange(ref slot, null, kept) != kept)
        {
            return null;
        }

        Forget(kept);
        return kept.Event;
    }

    private void Forget(Slot? slot)
    {
        if (slot is not null)
        {
            Interlocked.Add(ref _bytes, -slot.Event.BodyLength);
        }
    }

    private sealed record Slot(long Position, JournaledEvent Event);
}
