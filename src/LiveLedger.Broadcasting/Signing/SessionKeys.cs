using System.Security.Cryptography;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Signing;

/// <summary>The per-broadcast keys that sign segment records. They rest wrapped, one file each, and are destroyed when the broadcast ends.</summary>
internal sealed class SessionKeys(string folder, KeyEncryptionKey wrapping)
{
    /// <summary>Makes a broadcast's session key; durable before it returns.</summary>
    public Ed25519PublicKey Create(BroadcastId broadcast)
    {
        using var key = Ed25519PrivateKey.Generate();
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            key.ExportSeed(seed);
            Directory.CreateDirectory(folder);
            using var turn = wrapping.Writing();
            // A crash from here on leaves a key that no broadcast names; it has signed nothing.
            DurableFile.Replace(PathOf(broadcast), wrapping.Wrap(seed, ContextOf(broadcast)));
            return key.PublicKey;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Opens the key of a broadcast that has not ended. The caller disposes it.</summary>
    /// <exception cref="InvalidDataException">The file is missing, damaged, or wrapped by another key-encryption key.</exception>
    public Ed25519PrivateKey Open(BroadcastId broadcast)
    {
        var path = PathOf(broadcast);
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            return File.Exists(path) && wrapping.TryUnwrap(File.ReadAllBytes(path), ContextOf(broadcast), seed)
                ? Ed25519PrivateKey.FromSeed(seed)
                : throw new InvalidDataException($"the session key of broadcast {broadcast} cannot be opened: its file is missing or damaged, or the key-encryption key is another one");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Nothing more is signed for an ended broadcast, so its key need not be there to be stolen.</summary>
    public void Destroy(BroadcastId broadcast) => WrappedSecretFile.Delete(PathOf(broadcast), Path.Combine(folder, "lock"));

    private string PathOf(BroadcastId broadcast) => Path.Combine(folder, $"{broadcast}.session");

    private static string ContextOf(BroadcastId broadcast) => $"broadcast/{broadcast}/session";
}
