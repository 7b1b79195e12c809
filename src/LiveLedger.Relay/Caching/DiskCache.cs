using System.Threading.Channels;
using LiveLedger.Media;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Caching;

/// <summary>
/// Objects on disk, up to a number of bytes, under the names they have at the origin. What is read back is as untrusted as what comes over the network: whoever reads it verifies it,
/// so nothing here is synced, and a crash or a rotten disk costs a fetch and no more.
/// </summary>
internal sealed class DiskCache : IAsyncDisposable
{
    /// <summary>Ends the name of a file that is not yet the file.</summary>
    private const string Unfinished = ".unfinished";

    // Waiting to be written; their bytes are in memory beyond the memory cache's bound. What does not find room is not kept on disk.
    private const int MaxWaiting = 16;

    private readonly string _folder;
    private readonly long _limit;
    private readonly FileStream _held;
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectName, LinkedListNode<(ObjectName Name, long Length)>> _places = [];
    private readonly LinkedList<(ObjectName Name, long Length)> _byUse = new();
    private readonly Channel<RelayObject> _waiting = Channel.CreateBounded<RelayObject>(MaxWaiting);
    private readonly Task _writing;
    private long _bytes;

    /// <summary>Opens a folder, and takes up what lies in it.</summary>
    /// <exception cref="IOException">It cannot be held, or another relay holds it.</exception>
    public DiskCache(string folder, long limit)
    {
        (_folder, _limit) = (folder, limit);
        Directory.CreateDirectory(folder);
        // flock(2): two relays would delete each other's files. The kernel lets go of it, however we end.
        _held = new(Path.Combine(folder, "relay.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        foreach (var (name, length) in Scan())
        {
            Note(name, length);
        }

        MakeRoom(0);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Bytes in use.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>The bytes under a name, not verified; null if there are none, or more than <paramref name="limit"/>.</summary>
    public async Task<byte[]?> ReadAsync(ObjectName name, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(name, out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }

        try
        {
            using var file = File.OpenHandle(PathOf(name), options: FileOptions.Asynchronous | FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > limit)
            {
                Delete(name);
                return null;
            }

            var bytes = new byte[length];
            for (var at = 0; at < bytes.Length;)
            {
                var read = await RandomAccess.ReadAsync(file, bytes.AsMemory(at), at, cancellation);
                if (read == 0)
                {
                    return bytes[..at];
                }

                at += read;
            }

            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(name);
            return null;
        }
    }

    /// <summary>Has it written soon.</summary>
    public void Put(RelayObject value) => _waiting.Writer.TryWrite(value);

    /// <summary>Takes a file away.</summary>
    public void Delete(ObjectName name)
    {
        lock (_lock)
        {
            Forget(name);
        }

        TryDelete(name);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing;
        await _held.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        await foreach (var value in _waiting.Reader.ReadAllAsync())
        {
            try
            {
                MakeRoom(value.Bytes.Length);
                if (value.Bytes.Length <= _limit)
                {
                    await WriteAsync(value);
                    Note(value.Name, value.Bytes.Length);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full or broken disk: the relay serves on from memory and from upstream.
                TryDelete(value.Name);
            }
        }
    }

    private async Task WriteAsync(RelayObject value)
    {
        var path = PathOf(value.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path + Unfinished, value.Bytes);
        File.Move(path + Unfinished, path, overwrite: true);
    }

    private void MakeRoom(long length)
    {
        while (true)
        {
            ObjectName oldest;
            lock (_lock)
            {
                if (_bytes + length <= _limit || _byUse.Last is not { } last)
                {
                    return;
                }

                oldest = last.Value.Name;
                Forget(oldest);
            }

            TryDelete(oldest);
        }
    }

    private void Note(ObjectName name, long length)
    {
        lock (_lock)
        {
            Forget(name);
            _places[name] = _byUse.AddFirst((name, length));
            _bytes += length;
        }
    }

    private void Forget(ObjectName name)
    {
        if (_places.Remove(name, out var node))
        {
            _byUse.Remove(node);
            _bytes -= node.Value.Length;
        }
    }

    private void TryDelete(ObjectName name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is read by nobody any more; the next start finds it again.
        }
    }

    private string PathOf(ObjectName name) => Path.Combine(_folder, name.Broadcast.ToString(), name.Path);

    // Oldest first, so that the newest is the last to go. Nothing but what we would write is touched.
    private List<(ObjectName Name, long Length)> Scan()
    {
        var found = new List<(ObjectName Name, long Length, DateTime At)>();
        foreach (var folder in Directory.EnumerateDirectories(_folder))
        {
            if (!BroadcastId.TryParse(Path.GetFileName(folder), out var broadcast))
            {
                continue;
            }

            foreach (var path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                var file = new FileInfo(path);
                if (path.EndsWith(Unfinished, StringComparison.Ordinal))
                {
                    file.Delete();
                }
                else if (NameOf(broadcast, Path.GetRelativePath(folder, path)) is { } name)
                {
                    found.Add((name, file.Length, file.LastWriteTimeUtc));
                }
            }
        }

        return [.. found.OrderBy(static f => f.At).Select(static f => (f.Name, f.Length))];
    }

    private static ObjectName? NameOf(BroadcastId broadcast, string path) => path.Split('/') switch
    {
        ["signer"] => ObjectName.Signer(broadcast),
        [var track, var file] when ObjectName.TryParse(broadcast, track, file, out var name) => name,
        _ => null,
    };
}
