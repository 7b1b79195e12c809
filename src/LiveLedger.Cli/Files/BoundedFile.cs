namespace LiveLedger.Cli.Files;

/// <summary>Small files that a person names.</summary>
internal static class BoundedFile
{
    /// <summary>Reads a file of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="CommandFailure">It cannot be read, or is longer.</exception>
    internal static byte[] Read(string path, int limit)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[file.Length <= limit ? file.Length : throw new CommandFailure($"{path} is longer than {limit} bytes")];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot read {path}: {e.Message}");
        }
    }

    /// <summary>Writes a file in the place of what was there.</summary>
    /// <exception cref="CommandFailure">It cannot be written.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            File.WriteAllBytes(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot write {path}: {e.Message}");
        }
    }
}
