using System.Runtime.InteropServices;

namespace LiveLedger.Cli.Witness;

/// <summary>fsync of a folder: without it a rename may be undone by a power cut (open(2), fsync(2)). .NET opens no folders.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux

    internal static void Flush(string directory)
    {
        var file = Open(directory, ReadOnlyDirectory);
        if (file < 0)
        {
            throw new IOException($"cannot open {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (Sync(file) != 0)
            {
                throw new IOException($"cannot sync {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
