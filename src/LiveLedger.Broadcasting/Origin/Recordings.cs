using System.Collections.Concurrent;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>All recordings on this platform's disk; those in use are indexed in memory. Some are written here, the others by other processes or no more.</summary>
internal sealed class Recordings(string root) : IDisposable
{
    /// <summary>Recordings kept indexed beside those that are written here.</summary>
    private const int MaxRead = 256;

    private readonly ConcurrentDictionary<BroadcastId, (Recording Recording, RecordingLock Held)> _written = new();
    private readonly ConcurrentDictionary<BroadcastId, Lazy<Recording>> _read = new();

    /// <summary>Takes a recording to write on, made if it is new; null if another process has it. It stays in memory until <see cref="LetGo"/>.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public Recording? TryTake(BroadcastId id)
    {
        lock (_written)
        {
            if (_written.TryGetValue(id, out var known))
            {
                return known.Recording;
            }

            if (RecordingLock.TryTake(id, root) is not { } held)
            {
                return null;
            }

            try
            {
                // Read anew, with the lock: what was read before may be of before another process's last segment.
                var recording = Recording.OpenToWrite(id, root);
                _written[id] = (recording, held);
                return recording;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
    }

    /// <summary>Nothing more is written to it here.</summary>
    public void LetGo(BroadcastId id)
    {
        lock (_written)
        {
            if (_written.TryRemove(id, out var known))
            {
                _read[id] = new(known.Recording);
                known.Held.Dispose();
            }
        }
    }

    /// <summary>The recording, if there is one on disk.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public Recording? Find(BroadcastId id)
    {
        if (_written.TryGetValue(id, out var written))
        {
            return written.Recording;
        }

        if (!Knows(id))
        {
            return null;
        }

        if (_read.Count > MaxRead)
        {
            Trim();
        }

        var entry = _read.GetOrAdd(id, key => new(() => Recording.OpenToRead(key, root)));
        try
        {
            return entry.Value;
        }
        catch
        {
            // A damaged file may be mended by hand; the next request looks again.
            _read.TryRemove(new(id, entry));
            throw;
        }
    }

    /// <summary>The recording as it is now, whichever process writes it.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public Recording? FindLatest(BroadcastId id)
    {
        var recording = Find(id);
        if (recording is not null && !_written.ContainsKey(id))
        {
            recording.Refresh();
        }

        return recording;
    }

    /// <summary>How far a live broadcast has come; null before its first segment.</summary>
    /// <param name="id">The broadcast.</param>
    /// <param name="now">The time.</param>
    public MediaEdge? EdgeOf(BroadcastId id, DateTimeOffset now)
    {
        if (_written.TryGetValue(id, out var written))
        {
            return written.Recording.Tracks.Select(static t => t.Last).Where(static s => s is not null).MaxBy(static s => s!.Value.EndSeconds) is { } last
                ? new(last.EndSeconds, last.SealedAt)
                : null;
        }

        var recording = Find(id);
        if (recording is { Timeline.AvailabilityStart: null })
        {
            recording.Refresh();
        }

        // Another process writes it. The timeline follows the clock, whoever writes.
        return recording?.Timeline.AvailabilityStart is { } zero ? new((now - zero).TotalSeconds, now) : null;
    }

    public bool Knows(BroadcastId id) => _written.ContainsKey(id) || _read.ContainsKey(id) || Directory.Exists(Path.Combine(root, id.ToString()));

    public void Dispose()
    {
        foreach (var (_, (_, held)) in _written)
        {
            held.Dispose();
        }
    }

    private void Trim()
    {
        foreach (var id in _read.Keys.Take(MaxRead / 4))
        {
            _read.TryRemove(id, out _);
        }
    }
}
