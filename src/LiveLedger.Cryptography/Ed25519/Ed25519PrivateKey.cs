using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Ed25519;

/// <summary>An Ed25519 private key, held in libsodium's guarded memory and wiped when disposed. It has no text form.</summary>
public sealed unsafe class Ed25519PrivateKey : SafeHandle
{
    /// <summary>Length of a seed in bytes (RFC 8032 §5.1.5).</summary>
    public const int SeedLength = 32;

    private const int ExpandedLength = 64;

    private Ed25519PrivateKey(ReadOnlySpan<byte> seed) : base(0, ownsHandle: true)
    {
        SetHandle((nint)Sodium.sodium_malloc(ExpandedLength));
        if (IsInvalid)
        {
            throw new OutOfMemoryException("no guarded memory for a private key");
        }

        Span<byte> publicKey = stackalloc byte[Ed25519PublicKey.Length];
        fixed (byte* s = seed, p = publicKey)
        {
            _ = Sodium.crypto_sign_ed25519_seed_keypair(p, (byte*)handle, s);
        }

        PublicKey = Ed25519PublicKey.TryParse(publicKey, out var key)
            ? key
            : throw new CryptographicException("libsodium derived an invalid public key");
    }

    /// <summary>The public half.</summary>
    public Ed25519PublicKey PublicKey { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>A new key from the system's random source.</summary>
    public static Ed25519PrivateKey Generate()
    {
        Span<byte> seed = stackalloc byte[SeedLength];
        try
        {
            RandomNumberGenerator.Fill(seed);
            return new(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key of a 32-byte seed. The caller zeroes its own copy.</summary>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public static Ed25519PrivateKey FromSeed(ReadOnlySpan<byte> seed) => seed.Length == SeedLength
        ? new(seed)
        : throw new ArgumentException($"an Ed25519 seed has {SeedLength} bytes", nameof(seed));

    /// <summary>Writes the 32-byte seed, to be stored wrapped. The caller zeroes it.</summary>
    public void ExportSeed(Span<byte> seed)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        new ReadOnlySpan<byte>((void*)handle, SeedLength).CopyTo(seed);
    }

    /// <summary>Signs <paramref name="message"/> into <paramref name="signature"/> (64 bytes). Callers put a domain tag of their own kind into the message.</summary>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length != Ed25519PublicKey.SignatureLength)
        {
            throw new ArgumentException($"an Ed25519 signature has {Ed25519PublicKey.SignatureLength} bytes", nameof(signature));
        }

        var held = false;
        try
        {
            DangerousAddRef(ref held);
            fixed (byte* text = message, sig = signature)
            {
                _ = Sodium.crypto_sign_ed25519_detached(sig, null, text, (ulong)message.Length, (byte*)handle);
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
}
