namespace LiveLedger.Cryptography.Wrapping;

/// <summary>A key file cannot be trusted or made; the message names the file and the way out, never its content.</summary>
public sealed class KeyFileException(string path, string reason, Exception? inner = null)
    : Exception($"key file {path}: {reason}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
