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
