using System.Runtime.InteropServices;

namespace LiveLedger.Cryptography.Native;

/// <summary>The file call that a key file needs and .NET does not offer.</summary>
internal static partial class Posix
{
    private const int FileExists = 17; // EEXIST, the same on Linux and macOS

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

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string name);
}
