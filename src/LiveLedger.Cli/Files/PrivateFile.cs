namespace LiveLedger.Cli.Files;

/// <summary>Files that are their owner's alone.</summary>
internal static class PrivateFile
{
    /// <summary>Writes one by one rename: a crash leaves what was there, or all of the new.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="bytes">What.</param>
    /// <param name="replace">Whether a file that is there may go.</param>
    /// <exception cref="IOException">It cannot be written, or there is one.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> bytes, bool replace)
    {
        var draft = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = new FileStream(draft, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw;
        }
    }
}
