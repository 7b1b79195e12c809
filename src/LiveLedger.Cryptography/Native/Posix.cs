using System.Runtime.InteropServices;

namespace LiveLedger.Cryptography.Native;

/// <summary>The two file calls that a key file needs and .NET does not offer.</summary>
internal static partial class Posix
{
    private const int FileExists = 17; // EEXIST, the same on Linux and macOS
    private const int ReadOnly = 0; // O_RDONLY

    /// <summary>Gives the file a second name; false if that name is taken.</summary>
    internal static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == FileExists ? false : throw new IOException($"link {name}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Makes the entries of a folder durable.</summary>
    internal static void SyncDirectory(string path)
    {
        var descriptor = open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"open {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw new IOException($"fsync {path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
