using System.Security.Cryptography;
using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>A file that only its owner can read, and whole whenever it is read.</summary>
internal static class OwnersFile
{
    /// <summary>Ends the name of a file that is not yet the file.</summary>
    internal const string Unfinished = ".new";

    /// <summary>Makes it; on disk when this returns true. False if there is one already.</summary>
    internal static bool TryPut(string path, ReadOnlySpan<byte> content)
    {
        var draft = Draft(path, content);
        try
        {
            // A link, not a rename: it fails if another process has made the file meanwhile, and never replaces one.
            if (!Posix.TryLink(draft, path))
            {
                return false;
            }

            // A crash before this line may leave no file; the caller has not used what is in it then.
            Posix.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return true;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Puts this content in the place of whatever is there; on disk when this returns. A crash leaves the one or the other, whole.</summary>
    internal static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var draft = Draft(path, content);
        try
        {
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }

        Posix.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Writes what is to become the file beside it; on disk when this returns its name.</summary>
    internal static string Draft(string path, ReadOnlySpan<byte> content)
    {
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}{Unfinished}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var file = new FileStream(draft, options);
            file.Write(content);
            file.Flush(flushToDisk: true);
            return draft;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
