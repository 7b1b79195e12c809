using System.Security.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Server.Settings;

namespace LiveLedger.Server.Keys;

/// <summary>The server's own keys: the key-encryption key, and under it the key of our tokens and the key of the log.</summary>
internal sealed class ServerKeys : IDisposable
{
    private ServerKeys(KeyHolder holder, KeyEncryptionKey kek, Ed25519PrivateKey tokens, Ed25519PrivateKey log)
    {
        Holder = holder;
        Kek = kek;
        Tokens = tokens;
        Log = log;
    }

    public KeyEncryptionKey Kek { get; }

    /// <summary>Says to whoever changes the key-encryption key which one we have.</summary>
    public KeyHolder Holder { get; }

    /// <summary>Signs API and viewer tokens.</summary>
    public Ed25519PrivateKey Tokens { get; }

    /// <summary>Signs checkpoints.</summary>
    public Ed25519PrivateKey Log { get; }

    /// <summary>Reads the keys; makes them at the first start.</summary>
    public static ServerKeys Load(DataFolder data)
    {
        try
        {
            // Before the key is read: a change that begins from here on waits for us.
            var holder = KeyHolder.Join(data.Keys);
            var kek = KeySource.Load(data.Keys);
            KeySuccession.Follow(data.Keys, kek);
            holder.Saw(kek.Newest.Fingerprint);
            return new(holder, kek, LoadSeed(data, "api", kek), LoadSeed(data, "log", kek));
        }
        catch (KeyFileException e)
        {
            throw new StartFailure("key-unusable", e.Message);
        }
        catch (TypeInitializationException e) when (e.InnerException is DllNotFoundException missing)
        {
            throw new StartFailure("libsodium-missing", missing.Message);
        }
        catch (DllNotFoundException e)
        {
            throw new StartFailure("libsodium-missing", e.Message);
        }
    }

    public void Dispose()
    {
        Tokens.Dispose();
        Log.Dispose();
        Kek.Dispose();
        Holder.Dispose();
    }

    private static Ed25519PrivateKey LoadSeed(DataFolder data, string name, KeyEncryptionKey kek)
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            WrappedSecretFile.ReadOrCreate(Path.Combine(data.Keys, $"{name}.key"), $"server/{name}", kek, seed);
            return Ed25519PrivateKey.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }
}
