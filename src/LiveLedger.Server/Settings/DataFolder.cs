namespace LiveLedger.Server.Settings;

/// <summary>
/// The folder of everything that must survive a restart. One server at a time holds it; others may join it and share its keys, log and
/// recordings (each broadcast is written by one of them), and hold a folder of their own for the rest.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // The embedded PostgreSQL, under its own user, must be able to walk through to its folder.
    private const UnixFileMode Walkable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private DataFolder(string root, string shared, FileStream held)
    {
        (Root, Shared) = (root, shared);
        _lock = held;
    }

    /// <summary>This server's own.</summary>
    public string Root { get; }

    /// <summary>What all servers of the platform share; the first one's own.</summary>
    public string Shared { get; }

    /// <summary>Keys, wrapped; and the key-encryption key itself unless it comes by environment.</summary>
    public string Keys => Path.Combine(Shared, "keys");

    /// <summary>Recordings: segments and their records.</summary>
    public string Broadcasts => Path.Combine(Shared, "broadcasts");

    public string Licensing => Path.Combine(Root, "licensing");

    /// <summary>The last checkpoint signed, outside PostgreSQL.</summary>
    public string Checkpoint => Path.Combine(Shared, "checkpoint");

    /// <summary>Every event once more, outside PostgreSQL.</summary>
    public string Journal => Path.Combine(Shared, "journal");

    public string Postgres => Path.Combine(Root, "postgres");

    public string OperatorToken => Path.Combine(Shared, "operator.token");

    /// <summary>Makes what is missing and takes hold of the folder.</summary>
    public static DataFolder Open(string root, string? join)
    {
        var shared = join ?? root;
        try
        {
            Make(root, Walkable);
            Make(Path.Combine(root, "licensing"), Private);
            foreach (var name in (string[])["keys", "broadcasts", "journal"])
            {
                Make(Path.Combine(shared, name), Private);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure("data-not-writable", $"{root}: {e.Message} Name another folder with --data, or give this user the right to write there.");
        }

        return new(root, shared, Hold(root));
    }

    public void Dispose() => _lock.Dispose();

    private static void Make(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new StartFailure("data-not-writable", "the server needs Unix file modes");
        }

        // An existing folder keeps the mode somebody chose for it.
        Directory.CreateDirectory(path, mode);
    }

    private static FileStream Hold(string root)
    {
        var path = Path.Combine(root, "server.lock");
        try
        {
            // flock(2): the kernel lets go of it when the process ends, however it ends.
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartFailure("data-not-writable", $"{e.Message} Name another folder with --data, or give this user the right to write there.");
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StartFailure("data-in-use", $"another server holds {root}; stop it, or name another folder with --data");
        }
        catch (IOException e)
        {
            throw new StartFailure("data-not-writable", e.Message);
        }
    }
}
