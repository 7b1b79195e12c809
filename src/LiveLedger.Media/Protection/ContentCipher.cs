namespace LiveLedger.Media.Protection;

/// <summary>
/// AES-128 as Common Encryption uses it, from a source to a destination of the same length (which may be the same bytes).
/// Two forms: the processor's AES instructions, and the platform's library.
/// </summary>
internal abstract class ContentCipher : IDisposable
{
    /// <summary>Bytes of an AES block.</summary>
    public const int BlockLength = 16;

    /// <summary>Takes the fastest form this machine has. The key is copied.</summary>
    public static ContentCipher Create(ReadOnlySpan<byte> key) =>
        AesInstructionsCipher.IsSupported ? new AesInstructionsCipher(key) : new PlatformCipher(key);

    /// <summary>
    /// AES-CTR with the counter block IV ‖ block (ISO/IEC 23001-7 §9.3). Only the last piece of a sample may end within
    /// a block.
    /// </summary>
    /// <param name="iv">The sample's IV.</param>
    /// <param name="block">Number of the first block within the sample.</param>
    /// <param name="source">Clear bytes.</param>
    /// <param name="destination">Encrypted bytes.</param>
    public abstract void ApplyCounter(ulong iv, ulong block, ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>
    /// AES-CBC over <paramref name="crypt"/> blocks of every crypt+skip (§9.6); a partial block at the end stays clear.
    /// With skip 0 every whole block is encrypted (§9.7).
    /// </summary>
    /// <param name="iv">16 bytes; the chain starts from it.</param>
    /// <param name="source">Clear bytes.</param>
    /// <param name="destination">Encrypted bytes, and those left clear.</param>
    /// <param name="crypt">Blocks encrypted of each group.</param>
    /// <param name="skip">Blocks left clear of each group.</param>
    public abstract void ApplyChain(
        ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination, int crypt, int skip);

    /// <inheritdoc/>
    public abstract void Dispose();
}
