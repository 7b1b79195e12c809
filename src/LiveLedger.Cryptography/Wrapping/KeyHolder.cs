using System.Text;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>
/// A process that has the key-encryption key in memory says so in <c>holders/</c>, and which key it wraps with: who changes the key waits
/// until all of them have noticed. A lock goes with the process, however it ends.
/// </summary>
public sealed class KeyHolder : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;
    private string _seen = "";

    private KeyHolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>Joins. To be called before the key is read: whoever is here and has seen nothing is waited for.</summary>
    /// <exception cref="KeyFileException">Disk says no.</exception>
    public static KeyHolder Join(string keysFolder)
    {
        var folder = FolderIn(keysFolder);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            while (true)
            {
                var path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
                var held = FileLock.Take(path + ".lock", TimeSpan.FromSeconds(5));
                if (File.Exists(path + ".lock"))
                {
                    // What killed processes have left goes by the way.
                    CountBehind(keysFolder, "");
                    return new(path, held);
                }

                // Somebody has cleared it away between our opening and our locking it.
                held.Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(folder, e.Message, e);
        }
    }

    /// <summary>Those that run and do not wrap with this key yet. What the dead have left is cleared away.</summary>
    public static int CountBehind(string keysFolder, string fingerprint)
    {
        var folder = FolderIn(keysFolder);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.lock").Count(file => IsAlive(file) && !HasSeen(file, fingerprint)) : 0;
    }

    /// <summary>This process wraps with this key.</summary>
    public void Saw(string fingerprint)
    {
        if (_seen != fingerprint)
        {
            OwnersFile.Replace(_path + ".seen", Encoding.ASCII.GetBytes(fingerprint));
            _seen = fingerprint;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(_path + ".seen");
        File.Delete(_path + ".lock");
        _lock.Dispose();
    }

    private static string FolderIn(string keysFolder) => Path.Combine(keysFolder, "holders");

    private static bool IsAlive(string lockFile)
    {
        try
        {
            using var held = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(Path.ChangeExtension(lockFile, ".seen"));
            File.Delete(lockFile);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static bool HasSeen(string lockFile, string fingerprint)
    {
        try
        {
            return File.ReadAllText(Path.ChangeExtension(lockFile, ".seen")) == fingerprint;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
