using System.Security.Cryptography;
using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>A file that only its owner can read, made once, whole, and never replaced.</summary>
internal static class OwnersFile
{
    /// <summary>Makes it; on disk when this returns true. False if there is one already.</summary>
    internal static bool TryPut(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            // A link, not a rename: it fails if another process has made the file meanwhile, and never replaces one.
            if (!Posix.TryLink(draft, path))
            {
                return false;
            }

            // A crash before this line may leave no file; the caller has not used what is in it then.
            Posix.SyncDirectory(directory);
            return true;
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
