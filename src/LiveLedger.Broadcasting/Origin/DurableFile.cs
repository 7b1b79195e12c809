using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>Files that are on disk when the call returns, and whole or absent after a crash.</summary>
internal static partial class DurableFile
{
    /// <summary>Ends the name of a file that is not yet the file.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>Writes <paramref name="content"/> under a temporary name and fsyncs it. Not yet visible: see <see cref="Publish"/>.</summary>
    public static void Stage(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path + Unfinished, FileMode.Create, FileAccess.Write, FileShare.None);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Gives a staged file its name. Durable only after <see cref="FlushDirectory"/>.</summary>
    public static void Publish(string path) => File.Move(path + Unfinished, path, overwrite: true);

    /// <summary>Writes a file whole and durable, replacing what was there. A crash leaves the old content or the new, never a mixture.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        Stage(path, content);
        Publish(path);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes renames in a directory durable (POSIX: fsync of the directory itself).</summary>
    public static void FlushDirectory(string directory)
    {
        // .NET opens no directories; open(2) does.
        using var handle = new SafeFileHandle(Open(directory, 0), ownsHandle: true);
        if (handle.IsInvalid || Fsync((int)handle.DangerousGetHandle()) != 0)
        {
            throw new IOException($"cannot flush {directory} (errno {Marshal.GetLastPInvokeError()})", Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);
}
