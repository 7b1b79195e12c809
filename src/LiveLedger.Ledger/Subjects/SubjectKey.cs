using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Ledger.Subjects;

/// <summary>Names a person's key within one scope: 16 random bytes, 32 lower-case hexadecimal characters. It says nothing about the person.</summary>
public readonly record struct SubjectId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>The key of one person within one scope. Everything personal that is stored is sealed by it, and is lost with it.</summary>
public sealed class SubjectKey : IDisposable
{
    /// <summary>Length of the key in bytes.</summary>
    public const int Length = 32;

    // A sealed name's length says no more than this about the name's.
    private const int Padding = 64;

    private readonly byte[] _key = GC.AllocateArray<byte>(Length, pinned: true);

    internal SubjectKey(SubjectId id, ReadOnlySpan<byte> key)
    {
        Id = id;
        key.CopyTo(_key);
    }

    /// <summary>The key's name.</summary>
    public SubjectId Id { get; }

    /// <summary>A name for the person that only this key makes: HMAC-SHA256(key, label). Once the key is destroyed nobody can tell whose it was.</summary>
    /// <param name="label">What the name is for, with a domain of its own.</param>
    public Bytes32 Pseudonym(ReadOnlySpan<byte> label)
    {
        Span<byte> mac = stackalloc byte[Bytes32.Length];
        HMACSHA256.HashData(_key, label, mac);
        return new(mac);
    }

    /// <summary>Encrypts a personal value for one field: XChaCha20-Poly1305 with a random nonce, padded to a multiple of 64 bytes.</summary>
    /// <param name="field">What the value is, e.g. <c>viewer</c>; needed again to open it.</param>
    /// <param name="value">The value, without NUL characters, at most 2,048 bytes of UTF-8.</param>
    public byte[] Seal(string field, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 2048, nameof(value));
        var padded = new byte[(length / Padding + 1) * Padding];
        try
        {
            Encoding.UTF8.GetBytes(value, padded);
            using var cipher = KeyEncryptionKey.FromBytes(_key);
            return cipher.Wrap(padded, Context(field));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(padded);
        }
    }

    /// <summary>The value, or null if it was not sealed by this key for this field.</summary>
    public string? Open(string field, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length <= KeyEncryptionKey.Overhead || sealedValue.Length > KeyEncryptionKey.Overhead + 2048 + Padding)
        {
            return null;
        }

        var padded = new byte[sealedValue.Length - KeyEncryptionKey.Overhead];
        using var cipher = KeyEncryptionKey.FromBytes(_key);
        return cipher.TryUnwrap(sealedValue, Context(field), padded) ? Encoding.UTF8.GetString(padded.AsSpan().TrimEnd((byte)0)) : null;
    }

    /// <summary>Wipes the copy in memory.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private string Context(string field) => $"subject/{Id}/{field}";
}
