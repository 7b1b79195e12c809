using System.Diagnostics;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>One holder among threads and processes: flock(2) by .NET's share mode. Held by the open file, so it goes with a killed process.</summary>
public static class FileLock
{
    /// <summary>Waits for the lock; disposing the result gives it back.</summary>
    /// <exception cref="IOException">Somebody else held it for longer than <paramref name="patience"/>.</exception>
    public static FileStream Take(string path, TimeSpan patience)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && waiting.Elapsed < patience)
            {
                // Most hold it for less than a millisecond.
                Thread.Sleep(waiting.ElapsedMilliseconds < 50 ? 1 : 10);
            }
        }
    }
}
