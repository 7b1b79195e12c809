using LiveLedger.Cryptography;

namespace LiveLedger.Ledger.Subjects;

/// <summary>
/// How a file is destroyed: moved out of every reader's way, then overwritten. On file systems that write in place the blocks do not keep
/// it; where they do not, the key-encryption key still stands between the old blocks and the person.
/// </summary>
internal sealed class FileErasure(string folder, Action<SubjectStep> reached)
{
    /// <summary>Where a file is between the two; on the file system of what is erased.</summary>
    public string Folder { get; } = folder;

    /// <summary>Ends what was cut off after it had taken the file away.</summary>
    public void Finish()
    {
        foreach (var left in Directory.EnumerateFiles(Folder))
        {
            Overwrite(left);
        }
    }

    /// <summary>Takes a file away for good; durable when it returns. Does nothing if there is none.</summary>
    public void Remove(string path)
    {
        var erased = Path.Combine(Folder, Guid.NewGuid().ToString("N"));
        try
        {
            File.Move(path, erased);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        // A crash from here on leaves it in the folder that every start empties.
        reached(SubjectStep.Taken);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
        Overwrite(erased);
        reached(SubjectStep.Removed);
    }

    private void Overwrite(string path)
    {
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[RandomAccess.GetLength(file)], 0);
            RandomAccess.FlushToDisk(file);
        }

        reached(SubjectStep.Overwritten);
        File.Delete(path);
        DirectorySync.Flush(Path.GetDirectoryName(path)!);
    }
}
