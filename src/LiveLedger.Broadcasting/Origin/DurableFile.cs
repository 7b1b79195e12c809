using LiveLedger.Cryptography;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>Files that are on disk when the call returns, and whole or absent after a crash.</summary>
internal static class DurableFile
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

    /// <summary>Gives a staged file its name. Durable only after <see cref="DirectorySync.Flush"/>.</summary>
    public static void Publish(string path) => File.Move(path + Unfinished, path, overwrite: true);

    /// <summary>Writes a file whole and durable, replacing what was there. A crash leaves the old content or the new, never a mixture.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        Stage(path, content);
        Publish(path);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
