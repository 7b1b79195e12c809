using System.Runtime.InteropServices;

namespace LiveLedger.Cryptography;

/// <summary>fsync of a folder: without it a power cut may undo what was made, renamed or removed there (open(2), fsync(2)). .NET opens no folders.</summary>
/// <remarks>In this room because all others stand on it; key files need it too.</remarks>
public static partial class DirectorySync
{
    private const int ReadOnly = 0; // O_RDONLY

    /// <summary>Makes the entries of a folder durable. Does nothing on Windows, which has no such call.</summary>
    /// <exception cref="IOException">Disk says no.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw Failed("open", directory);
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw Failed("sync", directory);
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    // With errno where .NET has it in exceptions of its own: a full disk is told by that.
    private static IOException Failed(string what, string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new($"cannot {what} {directory}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
