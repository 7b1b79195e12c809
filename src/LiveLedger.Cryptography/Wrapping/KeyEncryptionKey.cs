using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>
/// The server's key-encryption key: every secret that rests on disk or in PostgreSQL rests wrapped by it. Held in
/// libsodium's guarded memory and wiped when disposed. It has no text form and cannot be exported.
/// </summary>
/// <remarks>
/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): its 24-byte nonce may be drawn at random for every wrapping without
/// keeping count. The wrapped form is
/// <code>
/// format 0x01 | nonce 24 | ciphertext, as long as the secret | tag 16
/// </code>
/// and the authenticated data is <c>liveledger wrapped secret v1\n</c> followed by the context, so that a wrapped secret
/// opens only in the place it was made for: swapping two rows of a table is found out.
/// </remarks>
public sealed unsafe partial class KeyEncryptionKey : SafeHandle
{
    /// <summary>Length of the key in bytes.</summary>
    public const int Length = 32;

    /// <summary>By how many bytes the wrapped form is longer than the secret.</summary>
    public const int Overhead = 1 + NonceLength + TagLength;

    /// <summary>Longest secret in bytes.</summary>
    public const int MaxSecretLength = 4096;

    private const byte Format = 0x01;
    private const int NonceLength = 24;
    private const int TagLength = 16;
    private const string Domain = "liveledger wrapped secret v1\n";

    private KeyEncryptionKey(ReadOnlySpan<byte> key) : base(0, ownsHandle: true)
    {
        SetHandle((nint)Sodium.sodium_malloc(Length));
        if (IsInvalid)
        {
            throw new OutOfMemoryException("no guarded memory for the key-encryption key");
        }

        key.CopyTo(new Span<byte>((void*)handle, Length));
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Takes a key from elsewhere (an environment variable, a secret store). The caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes long, or all its bytes are zero.</exception>
    public static KeyEncryptionKey FromBytes(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new ArgumentException($"a key-encryption key has {Length} bytes", nameof(key));
        }

        return key.ContainsAnyExcept((byte)0)
            ? new(key)
            : throw new ArgumentException("a key-encryption key of zeros is none", nameof(key));
    }

    /// <summary>The key in the file at <paramref name="path"/>; if there is no file, a new key is drawn and is on disk before this returns.</summary>
    /// <exception cref="KeyFileException">The file may be read by others, is not a key, or could not be made.</exception>
    public static KeyEncryptionKey LoadOrCreate(string path)
    {
        Span<byte> key = stackalloc byte[Length];
        try
        {
            KeyFile.ReadOrCreate(path, key);
            return FromBytes(key);
        }
        catch (ArgumentException e)
        {
            throw new KeyFileException(path, e.Message, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Wraps a secret of 1 to 4,096 bytes; the result is <see cref="Overhead"/> bytes longer.</summary>
    /// <param name="secret">The secret. The caller zeroes it.</param>
    /// <param name="context">Where it will rest, e.g. <c>broadcast/0199…/master</c>; needed again, exactly, to unwrap.</param>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string context)
    {
        if (secret.Length is 0 or > MaxSecretLength)
        {
            throw new ArgumentException($"a secret has 1 to {MaxSecretLength} bytes", nameof(secret));
        }

        if (_successor is { } successor)
        {
            return successor.Wrap(secret, context);
        }

        var wrapped = new byte[Overhead + secret.Length];
        wrapped[0] = Format;
        RandomNumberGenerator.Fill(wrapped.AsSpan(1, NonceLength));
        var associated = Associated(context);
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            fixed (byte* text = secret, data = associated, output = wrapped)
            {
                _ = Sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
                    output + 1 + NonceLength, null, text, (ulong)secret.Length, data, (ulong)associated.Length, null, output + 1, (byte*)handle);
            }
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }

        return wrapped;
    }

    /// <summary>
    /// Unwraps into <paramref name="secret"/>, which must have the secret's length. False, with <paramref name="secret"/>
    /// zeroed, for another key, another context, another length, or one changed bit.
    /// </summary>
    public bool TryUnwrap(ReadOnlySpan<byte> wrapped, string context, Span<byte> secret)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (_successor?.TryUnwrap(wrapped, context, secret) == true)
        {
            return true;
        }

        secret.Clear();
        if (wrapped.Length <= Overhead || wrapped[0] != Format || secret.Length != wrapped.Length - Overhead || secret.Length > MaxSecretLength)
        {
            return false;
        }

        var associated = Associated(context);
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            fixed (byte* text = secret, data = associated, input = wrapped)
            {
                var opened = Sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                    text, null, null, input + 1 + NonceLength, (ulong)(wrapped.Length - 1 - NonceLength), data, (ulong)associated.Length, input + 1, (byte*)handle) == 0;
                if (!opened)
                {
                    CryptographicOperations.ZeroMemory(secret);
                }

                return opened;
            }
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // sodium_free overwrites the memory before it is given back.
        Sodium.sodium_free((void*)handle);
        return true;
    }

    private static byte[] Associated(string context) => context.Length > 0
        ? Encoding.UTF8.GetBytes(Domain + context)
        : throw new ArgumentException("a wrapped secret has a context", nameof(context));
}
