using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>The right to write on a broadcast's recording: one process at a time has it, for as long as this is not disposed.</summary>
internal sealed class RecordingLock : IDisposable
{
    private readonly FileStream _file;

    private RecordingLock(FileStream file) => _file = file;

    /// <summary>Takes it; null if another process has it.</summary>
    /// <exception cref="IOException">Disk says no.</exception>
    public static RecordingLock? TryTake(BroadcastId broadcast, string root)
    {
        var folder = Path.Combine(root, broadcast.ToString());
        Directory.CreateDirectory(folder);
        // No track's folder can have this name: a track's has no dot.
        var path = Path.Combine(folder, "writer.lock");
        try
        {
            // flock(2): the kernel lets go of it when the process ends, however it ends.
            return new(new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
