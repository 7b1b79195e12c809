using System.Collections.Concurrent;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Playbacks in memory, by session and by id. One that has given no sign of life for <see cref="Lease"/> is closed.</summary>
internal sealed class OpenPlaybacks(TimeProvider time)
{
    /// <summary>Three signs of life of a player that gives one every 30 s. A process that dies leaves its playbacks open for so long elsewhere.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(90);

    /// <summary>A lease is written down for other processes at most so often.</summary>
    public static readonly TimeSpan LeaseEvery = TimeSpan.FromSeconds(30);

    /// <summary>Most at once; a viewer beyond it is asked to come back.</summary>
    public const int MaxOpen = 200_000;

    private readonly ConcurrentDictionary<string, Playback> _open = new();
    private readonly ConcurrentDictionary<PlaybackId, Playback> _byId = new();
    // Timestamps, not the wall clock: set back by a day it would keep every playback open, and the table growing, for a day.
    private long _sweptAt = time.GetTimestamp();
    // A dictionary's own count takes all of its locks, hundreds of them, and every first licence asks.
    private int _count;

    /// <summary>The open playback of a session, or null.</summary>
    public Playback? Find(string session) => _open.TryGetValue(session, out var playback) && IsOpen(playback) ? playback : null;

    /// <summary>The open playback of this name, or null.</summary>
    public Playback? Find(PlaybackId id) => _byId.TryGetValue(id, out var playback) && IsOpen(playback) ? playback : null;

    /// <summary>True if there is no room for another.</summary>
    public bool IsFull
    {
        get
        {
            Sweep();
            return Volatile.Read(ref _count) >= MaxOpen;
        }
    }

    /// <summary>Keeps a playback whose first licence is logged.</summary>
    public void Open(Playback playback)
    {
        if (_open.TryGetValue(playback.Session, out var before) && before.Id != playback.Id)
        {
            // One that lapsed, or was dropped, in the same session.
            Close(before);
        }

        if (_byId.TryAdd(playback.Id, playback))
        {
            Interlocked.Increment(ref _count);
        }

        _open[playback.Session] = playback;
    }

    public void Close(Playback playback)
    {
        _open.TryRemove(new(playback.Session, playback));
        if (_byId.TryRemove(new(playback.Id, playback)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Number of open playbacks of a broadcast: its viewers, each tab counted.</summary>
    public int Count(BroadcastId broadcast) => List(broadcast).Count();

    /// <summary>The open playbacks of a broadcast.</summary>
    public IEnumerable<Playback> List(BroadcastId broadcast)
    {
        Sweep();
        return _open.Values.Where(p => p.Broadcast == broadcast && IsOpen(p));
    }

    private bool IsOpen(Playback playback) => time.GetElapsedTime(playback.RenewedAt) < Lease;

    // Now and then, by whoever comes along.
    private void Sweep()
    {
        var now = time.GetTimestamp();
        var swept = Interlocked.Read(ref _sweptAt);
        if (time.GetElapsedTime(swept, now) < TimeSpan.FromSeconds(10) || Interlocked.CompareExchange(ref _sweptAt, now, swept) != swept)
        {
            return;
        }

        foreach (var (_, playback) in _byId.Where(e => !IsOpen(e.Value)))
        {
            Close(playback);
        }
    }
}
