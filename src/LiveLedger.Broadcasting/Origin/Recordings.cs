using System.Collections.Concurrent;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>All recordings on this server's disk; those in use are indexed in memory.</summary>
internal sealed class Recordings(string root)
{
    /// <summary>Recordings kept indexed. Live ones are held by their pipelines anyway.</summary>
    private const int MaxOpen = 256;

    private readonly ConcurrentDictionary<BroadcastId, Lazy<Recording>> _open = new();
    private readonly ConcurrentDictionary<BroadcastId, bool> _pinned = new();

    /// <summary>Opens or finds a broadcast's recording; made if it is new.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public Recording Open(BroadcastId id)
    {
        if (_open.Count > MaxOpen)
        {
            Trim();
        }

        var entry = _open.GetOrAdd(id, key => new(() =>
        {
            Directory.CreateDirectory(root);
            return Recording.Open(key, root);
        }));
        try
        {
            return entry.Value;
        }
        catch
        {
            // A damaged file may be mended by hand; the next request looks again.
            _open.TryRemove(new(id, entry));
            throw;
        }
    }

    /// <summary>The recording, if there is one on disk.</summary>
    public Recording? Find(BroadcastId id) => Knows(id) ? Open(id) : null;

    /// <summary>How far a live broadcast has come; null before its first segment.</summary>
    /// <param name="id">The broadcast.</param>
    /// <param name="now">The time.</param>
    public MediaEdge? EdgeOf(BroadcastId id, DateTimeOffset now)
    {
        if (Find(id) is not { } recording)
        {
            return null;
        }

        if (_pinned.ContainsKey(id))
        {
            return recording.Tracks.Select(static t => t.Last).Where(static s => s is not null).MaxBy(static s => s!.Value.EndSeconds) is { } last
                ? new(last.EndSeconds, last.SealedAt)
                : null;
        }

        if (recording.Timeline.AvailabilityStart is { } zero)
        {
            // Another process writes it. What is indexed here may be old; the timeline follows the clock, whoever writes.
            return new((now - zero).TotalSeconds, now);
        }

        _open.TryRemove(id, out _);
        return null;
    }

    public bool Knows(BroadcastId id) => _open.ContainsKey(id) || Directory.Exists(Path.Combine(root, id.ToString()));

    /// <summary>Keeps a recording out of the way of <see cref="Trim"/> while it is written to.</summary>
    public void Pin(BroadcastId id) => _pinned[id] = true;

    public void Unpin(BroadcastId id) => _pinned.TryRemove(id, out _);

    private void Trim()
    {
        foreach (var id in _open.Keys.Where(id => !_pinned.ContainsKey(id)).Take(MaxOpen / 4))
        {
            _open.TryRemove(id, out _);
        }
    }
}
