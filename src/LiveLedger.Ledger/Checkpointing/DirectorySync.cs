using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>fsync of a folder: without it a rename may be undone by a power cut (open(2), fsync(2)). .NET opens no folders.</summary>
public static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux

    /// <summary>Makes what was made, renamed or removed in a folder durable. Does nothing but on Linux.</summary>
    /// <exception cref="IOException">Disk says no.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var file = open(directory, ReadOnlyDirectory);
        if (file < 0)
        {
            throw new IOException($"cannot open {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        try
        {
            if (fsync(file) != 0)
            {
                throw new IOException($"cannot sync {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
            }
        }
        finally
        {
            _ = close(file);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int file);
}
