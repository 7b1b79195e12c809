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
        var copy = Copy(content);
        try
        {
            return PutAll([(path, copy)]) == 1;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>Makes several; on disk when this returns. The number of those made: the others were there already.</summary>
    internal static int PutAll(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var drafts = DraftAll(files);
        try
        {
            // A link, not a rename: it fails if another process has made the file meanwhile, and never replaces one.
            var made = files.Where((file, n) => Posix.TryLink(drafts[n], file.Path)).Select(static file => file.Path).ToArray();

            // A crash before this line may leave no file; the caller has not used what is in it then.
            SyncFolders(made);
            return made.Length;
        }
        finally
        {
            DeleteAll(drafts);
        }
    }

    /// <summary>Puts this content in the place of whatever is there; on disk when this returns. A crash leaves the one or the other, whole.</summary>
    internal static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var copy = Copy(content);
        IReadOnlyList<string> draft = [];
        try
        {
            draft = DraftAll([(path, copy)]);
            File.Move(draft[0], path, overwrite: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
            DeleteAll(draft);
        }

        SyncFolders([path]);
    }

    /// <summary>
    /// Writes what is to become files beside them; on disk when this returns their names. All are written before the first is synced: the file system then takes
    /// most of them to the disk with the first, which is four times as fast as one after the other.
    /// </summary>
    internal static IReadOnlyList<string> DraftAll(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var drafts = new List<string>();
        var open = new List<FileStream>();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            foreach (var (path, content) in files)
            {
                var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}{Unfinished}";
                open.Add(new(draft, options));
                drafts.Add(draft);
                open[^1].Write(content);
            }

            foreach (var file in open)
            {
                file.Flush(flushToDisk: true);
            }

            return drafts;
        }
        catch
        {
            DeleteAll(drafts);
            throw;
        }
        finally
        {
            open.ForEach(static file => file.Dispose());
        }
    }

    /// <summary>Makes the names of these files durable.</summary>
    internal static void SyncFolders(IEnumerable<string> paths)
    {
        foreach (var folder in paths.Select(static path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct(StringComparer.Ordinal))
        {
            DirectorySync.Flush(folder);
        }
    }

    /// <summary>Takes drafts away, those too that have become files.</summary>
    internal static void DeleteAll(IEnumerable<string> drafts)
    {
        foreach (var draft in drafts)
        {
            File.Delete(draft);
        }
    }

    // It may be a key in clear: pinned, so that zeroing it zeroes the only copy.
    private static byte[] Copy(ReadOnlySpan<byte> content)
    {
        var copy = GC.AllocateUninitializedArray<byte>(content.Length, pinned: true);
        content.CopyTo(copy);
        return copy;
    }
}
