using System.Security.Cryptography;
using System.Text;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>
/// A change of the key-encryption key under way: the file <c>kek.next</c> beside the wrapped keys. It holds the new key wrapped by the old
/// one, so whoever has the old one, a running server or one that starts again after a crash, has both.
/// <code>
/// format 0x01 | fingerprint of the old key 32 | fingerprint of the new key 32 | the new key, wrapped, 73
/// </code>
/// </summary>
/// <remarks>Once it is ended the file is gone, and the old key opens nothing any more.</remarks>
public static class KeySuccession
{
    private const string Context = "kek/next";
    private const int TextLength = 2 * KeyEncryptionKey.FingerprintLength;
    private const int FileLength = 1 + 2 * TextLength + KeyEncryptionKey.Length + KeyEncryptionKey.Overhead;

    /// <summary>The file.</summary>
    public static string FileIn(string keysFolder) => Path.Combine(keysFolder, "kek.next");

    /// <summary>Begins a change; on disk when this returns. False if one is under way.</summary>
    /// <exception cref="KeyFileException">Disk says no.</exception>
    public static bool TryBegin(string keysFolder, KeyEncryptionKey from, ReadOnlySpan<byte> next)
    {
        using var to = KeyEncryptionKey.FromBytes(next);
        byte[] content = [1, .. Encoding.ASCII.GetBytes(from.Fingerprint), .. Encoding.ASCII.GetBytes(to.Fingerprint), .. from.Wrap(next, Context)];
        return Try(keysFolder, path => OwnersFile.TryPut(path, content));
    }

    /// <summary>How the change under way stands to this key.</summary>
    /// <exception cref="KeyFileException">The file is damaged, or disk says no.</exception>
    public static SuccessionState Read(string keysFolder, KeyEncryptionKey current, Span<byte> next)
    {
        var content = Try(keysFolder, static path => File.Exists(path) ? File.ReadAllBytes(path) : null);
        if (content is null)
        {
            return SuccessionState.None;
        }

        if (content.Length != FileLength || content[0] != 1)
        {
            throw new KeyFileException(FileIn(keysFolder), "it is not a change of keys");
        }

        if (Encoding.ASCII.GetString(content, 1 + TextLength, TextLength) == current.Fingerprint)
        {
            return SuccessionState.IsSuccessor;
        }

        return Encoding.ASCII.GetString(content, 1, TextLength) != current.Fingerprint ? SuccessionState.OfOthers
            : current.TryUnwrap(content.AsSpan(1 + 2 * TextLength), Context, next) ? SuccessionState.Begun
            : throw new KeyFileException(FileIn(keysFolder), "it is damaged; the keys are as they were, so it may be deleted if no file was wrapped anew yet");
    }

    /// <summary>Has a key in use follow the change under way, if there is one that concerns it.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Follow(string keysFolder, KeyEncryptionKey kek)
    {
        Span<byte> next = stackalloc byte[KeyEncryptionKey.Length];
        try
        {
            if (Read(keysFolder, kek.Newest, next) == SuccessionState.Begun)
            {
                kek.Succeed(KeyEncryptionKey.FromBytes(next));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(next);
        }
    }

    /// <summary>Puts the new key in the place of the old one in a key file.</summary>
    public static void ReplaceKeyFile(string path, ReadOnlySpan<byte> next)
    {
        try
        {
            OwnersFile.Replace(path, next);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    /// <summary>Ends the change: everything is wrapped by the new key.</summary>
    public static void End(string keysFolder) => Try(keysFolder, static path =>
    {
        File.Delete(path);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return true;
    });

    private static T Try<T>(string keysFolder, Func<string, T> what)
    {
        try
        {
            return what(FileIn(keysFolder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(FileIn(keysFolder), e.Message, e);
        }
    }
}

/// <summary>How a change of keys stands to the key in hand.</summary>
public enum SuccessionState
{
    /// <summary>None is under way.</summary>
    None,

    /// <summary>The key is to be replaced.</summary>
    Begun,

    /// <summary>The key is the one that takes the other's place.</summary>
    IsSuccessor,

    /// <summary>It is a change from another key.</summary>
    OfOthers,
}
