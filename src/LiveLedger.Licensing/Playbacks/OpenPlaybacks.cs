using System.Collections.Concurrent;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Playbacks in memory, by the <c>jti</c> of their token. One that has not been renewed for <see cref="Patience"/> is closed.</summary>
internal sealed class OpenPlaybacks(TimeProvider time)
{
    /// <summary>Three renewals of a player that renews every 30 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Most at once; a viewer beyond it is asked to come back.</summary>
    private const int MaxOpen = 200_000;

    private readonly ConcurrentDictionary<string, Playback> _open = new();
    // Timestamps, not the wall clock: set back by a day it would keep every playback open, and the table growing, for a day.
    private long _sweptAt = time.GetTimestamp();

    /// <summary>The open playback of a token, or null.</summary>
    public Playback? Find(string token) => _open.TryGetValue(token, out var playback) && IsOpen(playback) ? playback : null;

    /// <summary>True if there is no room for another.</summary>
    public bool IsFull
    {
        get
        {
            Sweep();
            return _open.Count >= MaxOpen;
        }
    }

    /// <summary>Keeps a playback whose first licence is logged.</summary>
    public void Open(string token, Playback playback) => _open[token] = playback;

    public void Close(string token) => _open.TryRemove(token, out _);

    /// <summary>Number of open playbacks of a broadcast: its viewers, each tab counted.</summary>
    public int Count(BroadcastId broadcast)
    {
        Sweep();
        return _open.Values.Count(p => p.Broadcast == broadcast && IsOpen(p));
    }

    private bool IsOpen(Playback playback) => time.GetElapsedTime(playback.RenewedAt) < Patience;

    // Now and then, by whoever comes along.
    private void Sweep()
    {
        var now = time.GetTimestamp();
        var swept = Interlocked.Read(ref _sweptAt);
        if (time.GetElapsedTime(swept, now) < TimeSpan.FromSeconds(10) || Interlocked.CompareExchange(ref _sweptAt, now, swept) != swept)
        {
            return;
        }

        foreach (var entry in _open.Where(e => !IsOpen(e.Value)))
        {
            _open.TryRemove(entry);
        }
    }
}
