using System.Security.Cryptography;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>Thirty-two secret bytes in a file that only its owner can read.</summary>
internal static class KeyFile
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    internal static void ReadOrCreate(string path, Span<byte> key)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("a key file needs Unix file modes");
        }

        try
        {
            // A loser in the race to create reads what the winner made.
            if (!File.Exists(path) && TryCreate(path, key))
            {
                return;
            }

            ReadOpen(path, key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    /// <summary>The key in the file.</summary>
    /// <exception cref="KeyFileException">It cannot be read, may be read by others, or is not a key.</exception>
    internal static void Read(string path, Span<byte> key)
    {
        try
        {
            ReadOpen(path, key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    private static void ReadOpen(string path, Span<byte> key)
    {
        using var file = File.OpenHandle(path);

        // The mode of the open file, not of the path: nothing can be swapped in between.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new KeyFileException(path, "others than its owner may open it; if nobody has read it, chmod 600");
        }

        if (RandomAccess.GetLength(file) != key.Length || RandomAccess.Read(file, key, 0) != key.Length)
        {
            throw new KeyFileException(path, $"a key file has {key.Length} bytes");
        }
    }

    // Nothing was wrapped with a key that a crash takes away: the caller gets it only when it is on disk.
    private static bool TryCreate(string path, Span<byte> key)
    {
        RandomNumberGenerator.Fill(key);
        return OwnersFile.TryPut(path, key);
    }
}
