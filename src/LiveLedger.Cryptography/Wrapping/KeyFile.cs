using System.Security.Cryptography;
using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>Thirty-two secret bytes in a file that only its owner can read.</summary>
internal static class KeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

            Read(path, key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    private static void Read(string path, Span<byte> key)
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

    private static bool TryCreate(string path, Span<byte> key)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        RandomNumberGenerator.Fill(key);
        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(key);
                file.Flush(flushToDisk: true);
            }

            // A link, not a rename: it fails if another process has made the file meanwhile, and never replaces a key.
            if (!Posix.TryLink(draft, path))
            {
                return false;
            }

            // A crash before this line may leave no key file, but then nothing was wrapped with the key either:
            // the caller gets the key only when file and folder entry are on disk.
            Posix.SyncDirectory(directory);
            return true;
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
