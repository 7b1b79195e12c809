using LiveLedger.Anchoring.Settings;

namespace LiveLedger.Server.Settings;

/// <summary>The file of a chain's settings (docs/operations/chain.md).</summary>
internal static class ChainSettingsFile
{
    private const int MaxLength = 64 * 1024;

    /// <summary>Reads the file; null if none is named.</summary>
    /// <exception cref="StartFailure">It cannot be read, or is none.</exception>
    public static ChainSettings? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[Math.Min(file.Length, MaxLength + 1)];
            file.ReadExactly(bytes);
            return ChainFile.Read(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StartFailure("settings-invalid", $"--chain {path}: {e.Message}");
        }
    }
}
