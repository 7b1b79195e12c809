using System.Security.Cryptography;

namespace LiveLedger.Media.Protection;

/// <summary>A 128-bit content key with its id. Wiped when disposed; it has no text form.</summary>
public sealed class ContentKey : IDisposable
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    private readonly byte[] _key;
    private bool _disposed;

    /// <summary>Copies the key; the caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">The key is not 16 bytes long.</exception>
    public ContentKey(KeyId id, ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new ArgumentException($"a content key has {Length} bytes", nameof(key));
        }

        Id = id;
        // Pinned, so that the collector leaves no second copy behind.
        _key = GC.AllocateArray<byte>(Length, pinned: true);
        key.CopyTo(_key);
    }

    /// <summary>The key's public id.</summary>
    public KeyId Id { get; }

    /// <summary>The key bytes.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>The id, never the key.</summary>
    public override string ToString() => $"content key {Id}";
}
