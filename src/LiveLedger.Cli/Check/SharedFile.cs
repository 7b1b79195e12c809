namespace LiveLedger.Cli.Check;

/// <summary>Reads a file that another still writes.</summary>
internal static class SharedFile
{
    private const long MaxLength = 256L * 1024 * 1024;

    internal static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Min(file.Length, MaxLength)];
        var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return bytes[..length];
    }
}
