using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Server.Settings;

namespace LiveLedger.Server.Keys;

/// <summary>The server's own keys: the key-encryption key, and under it the key of our tokens and the key of the log.</summary>
internal sealed class ServerKeys : IDisposable
{
    private const string Variable = "LIVELEDGER_KEK";

    private ServerKeys(KeyEncryptionKey kek, Ed25519PrivateKey tokens, Ed25519PrivateKey log)
    {
        Kek = kek;
        Tokens = tokens;
        Log = log;
    }

    public KeyEncryptionKey Kek { get; }

    /// <summary>Signs API and viewer tokens.</summary>
    public Ed25519PrivateKey Tokens { get; }

    /// <summary>Signs checkpoints.</summary>
    public Ed25519PrivateKey Log { get; }

    /// <summary>Reads the keys; makes them at the first start.</summary>
    public static ServerKeys Load(DataFolder data)
    {
        try
        {
            var kek = LoadKek(data);
            return new(kek, LoadSeed(data, "api", kek), LoadSeed(data, "log", kek));
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
    }

    private static KeyEncryptionKey LoadKek(DataFolder data)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
        {
            return KeyEncryptionKey.LoadOrCreate(Path.Combine(data.Keys, "kek"));
        }

        if (!StrictBase64Url.TryDecode(text.Trim(), out var key))
        {
            throw new StartFailure("key-unusable", $"{Variable} is not base64url without padding");
        }

        try
        {
            return KeyEncryptionKey.FromBytes(key);
        }
        catch (ArgumentException)
        {
            throw new StartFailure("key-unusable", $"{Variable} does not hold {KeyEncryptionKey.Length} bytes, or they are all zero");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            // Child processes (the embedded database) have no business with it.
            Environment.SetEnvironmentVariable(Variable, null);
        }
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
