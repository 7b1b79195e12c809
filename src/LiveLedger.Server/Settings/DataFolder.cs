namespace LiveLedger.Server.Settings;

/// <summary>The folder of everything that must survive a restart. One server at a time holds it.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // The embedded PostgreSQL, under its own user, must be able to walk through to its folder.
    private const UnixFileMode Walkable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private DataFolder(string root, FileStream held)
    {
        Root = root;
        _lock = held;
    }

    public string Root { get; }

    /// <summary>Keys, wrapped; and the key-encryption key itself unless it comes by environment.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Recordings: segments and their records.</summary>
    public string Broadcasts => Path.Combine(Root, "broadcasts");

    public string Licensing => Path.Combine(Root, "licensing");

    /// <summary>The last checkpoint signed, outside PostgreSQL.</summary>
    public string Checkpoint => Path.Combine(Root, "checkpoint");

    /// <summary>Every event once more, outside PostgreSQL.</summary>
    public string Journal => Path.Combine(Root, "journal");

    public string Postgres => Path.Combine(Root, "postgres");

    public string OperatorToken => Path.Combine(Root, "operator.token");

    /// <summary>Makes what is missing and takes hold of the folder.</summary>
    public static DataFolder Open(string root)
    {
        try
        {
            Make(root, Walkable);
            foreach (var name in (string[])["keys", "licensing", "broadcasts", "journal"])
            {
                Make(Path.Combine(root, name), Private);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure("data-not-writable", $"{root}: {e.Message} Name another folder with --data, or give this user the right to write there.");
        }

        return new(root, Hold(root));
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
