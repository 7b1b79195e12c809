namespace LiveLedger.Swarm.Tracker;

/// <summary>What a player says of itself, since it joined: nobody has checked it, and nothing is decided by it but which half of the room heads are drawn from first.</summary>
/// <param name="Origin">Bytes from the origin.</param>
/// <param name="Relays">Bytes from relays, each chunk verified.</param>
/// <param name="Peers">Bytes from viewers, each chunk verified.</param>
/// <param name="Sent">Bytes to others.</param>
/// <param name="Refused">Chunks that were not what their record says.</param>
/// <param name="Stalls">Times that playback stood still for want of media.</param>
/// <param name="StalledMs">For so long altogether.</param>
/// <param name="LatencyMs">Behind the broadcast's edge; null if it does not know.</param>
internal sealed record PlayerFigures(long Origin, long Relays, long Peers, long Sent, long Refused, long Stalls, long StalledMs, long? LatencyMs)
{
    /// <summary>Most that a message may say of any of them.</summary>
    public const long Max = 1L << 53;

    public static PlayerFigures None { get; } = new(0, 0, 0, 0, 0, 0, 0, null);

    /// <summary>True if this can come after <paramref name="before"/>: what has happened stays so, and no line carries more than 2 Gb/s.</summary>
    public bool CanFollow(PlayerFigures before, TimeSpan elapsed)
    {
        var most = 250_000_000.0 * (elapsed.TotalSeconds + 1);
        return Origin >= before.Origin && Relays >= before.Relays && Peers >= before.Peers && Sent >= before.Sent && Refused >= before.Refused && Stalls >= before.Stalls
            && StalledMs >= before.StalledMs && Origin - before.Origin + (Relays - before.Relays) + (Peers - before.Peers) <= most && Sent - before.Sent <= most
            && Stalls - before.Stalls <= 10 * (elapsed.TotalSeconds + 1) && StalledMs - before.StalledMs <= elapsed.TotalMilliseconds + 1000 && Refused - before.Refused <= most / 16;
    }

    public PlayerFigures Less(PlayerFigures o) =>
        new(Origin - o.Origin, Relays - o.Relays, Peers - o.Peers, Sent - o.Sent, Refused - o.Refused, Stalls - o.Stalls, StalledMs - o.StalledMs, LatencyMs);

    public PlayerFigures And(PlayerFigures o) =>
        new(Origin + o.Origin, Relays + o.Relays, Peers + o.Peers, Sent + o.Sent, Refused + o.Refused, Stalls + o.Stalls, StalledMs + o.StalledMs, LatencyMs);
}

/// <summary>A room's figures: all that its players have said since there is the room, and in the last minute. Not thread-safe; the room's lock is held.</summary>
internal sealed class SwarmFigures(TimeProvider time)
{
    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(10);

    private readonly PlayerFigures[] _slots = [.. Enumerable.Repeat(PlayerFigures.None, 6)];
    private int _at;
    private long _turnedAt = time.GetTimestamp();

    public PlayerFigures Total { get; private set; } = PlayerFigures.None;

    /// <summary>Of the last 50 to 60 seconds.</summary>
    public PlayerFigures LastMinute
    {
        get
        {
            Turn();
            return _slots.Aggregate(static (a, b) => a.And(b));
        }
    }

    /// <summary>Counts what has come to a player since it last said something.</summary>
    public void Add(PlayerFigures more)
    {
        Turn();
        Total = Total.And(more);
        _slots[_at] = _slots[_at].And(more);
    }

    private void Turn()
    {
        for (var turned = 0; time.GetElapsedTime(_turnedAt) >= s_slot; turned++)
        {
            if (turned == _slots.Length)
            {
                _turnedAt = time.GetTimestamp();
                return;
            }

            _turnedAt += (long)(s_slot.TotalSeconds * time.TimestampFrequency);
            _at = (_at + 1) % _slots.Length;
            _slots[_at] = PlayerFigures.None;
        }
    }
}
