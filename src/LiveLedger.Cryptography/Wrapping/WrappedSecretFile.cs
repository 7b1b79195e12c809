using System.Security.Cryptography;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>A random secret that rests in a file of its own, wrapped by the key-encryption key and readable by its owner only.</summary>
public static class WrappedSecretFile
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads the secret, or draws a new one of the span's length if there is no file; a new one is on disk before this returns.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="context">What the secret is for, bound into the wrapping.</param>
    /// <param name="kek">The key-encryption key.</param>
    /// <param name="secret">Receives the secret. The caller zeroes it.</param>
    /// <exception cref="KeyFileException">The file was not made by this key-encryption key for this context, or disk says no.</exception>
    public static void ReadOrCreate(string path, string context, KeyEncryptionKey kek, Span<byte> secret)
    {
        // A loser in the race to create reads what the winner made.
        if (!File.Exists(path) && TryCreate(path, context, kek, secret))
        {
            return;
        }

        Read(path, context, kek, secret);
    }

    /// <summary>Draws a new secret and puts it on disk; false, with <paramref name="secret"/> zeroed, if the file is there already.</summary>
    /// <inheritdoc cref="ReadOrCreate"/>
    public static bool TryCreate(string path, string context, KeyEncryptionKey kek, Span<byte> secret)
    {
        RandomNumberGenerator.Fill(secret);
        try
        {
            if (TryPut(path, context, kek, secret))
            {
                return true;
            }

            CryptographicOperations.ZeroMemory(secret);
            return false;
        }
        catch (KeyFileException)
        {
            CryptographicOperations.ZeroMemory(secret);
            throw;
        }
    }

    /// <summary>Puts this secret on disk; false if the file is there already, so a secret once used cannot be lost to a second creator.</summary>
    /// <inheritdoc cref="ReadOrCreate"/>
    public static bool TryPut(string path, string context, KeyEncryptionKey kek, ReadOnlySpan<byte> secret)
    {
        try
        {
            // A change of keys waits until the file is there: whoever re-wraps then finds it.
            using var turn = kek.Writing();
            return OwnersFile.TryPut(path, kek.Wrap(secret, context));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    /// <summary>Puts these secrets on disk, together, which is several times as fast as one after the other. The number of those put: the others' files are there already.</summary>
    /// <exception cref="KeyFileException">Disk says no.</exception>
    public static int PutAll(IReadOnlyList<(string Path, string Context, byte[] Secret)> secrets, KeyEncryptionKey kek)
    {
        try
        {
            using var turn = kek.Writing();
            return OwnersFile.PutAll([.. secrets.Select(s => (s.Path, kek.Wrap(s.Secret, s.Context)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(secrets[0].Path, e.Message, e);
        }
    }

    /// <summary>Reads the secret.</summary>
    /// <inheritdoc cref="ReadOrCreate"/>
    public static void Read(string path, string context, KeyEncryptionKey kek, Span<byte> secret)
    {
        byte[] wrapped;
        try
        {
            using var file = File.OpenHandle(path);
            if (RandomAccess.GetLength(file) != secret.Length + KeyEncryptionKey.Overhead)
            {
                throw new KeyFileException(path, "it has not the length of such a secret");
            }

            wrapped = new byte[secret.Length + KeyEncryptionKey.Overhead];
            if (RandomAccess.Read(file, wrapped, 0) != wrapped.Length)
            {
                throw new KeyFileException(path, "it ended while being read");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }

        if (!kek.TryUnwrap(wrapped, context, secret))
        {
            throw new KeyFileException(path, "the key-encryption key does not open it; start with the key it was made under");
        }
    }

    /// <summary>Wraps what is in files anew, by another key. A crash leaves each wrapped by the one or the other, whole.</summary>
    /// <param name="files">The files, some hundreds at most, and what each secret is for.</param>
    /// <param name="from">The key they are wrapped by so far.</param>
    /// <param name="to">The key they are to be wrapped by.</param>
    /// <param name="lockFile">Taken meanwhile, so that a secret destroyed by who holds it does not come back.</param>
    /// <returns>How many were not yet wrapped by the new key. One of them that was changed meanwhile is as it was: look again until there are none.</returns>
    /// <exception cref="KeyFileException">Neither key opens one, or disk says no.</exception>
    public static int RewrapAll(IReadOnlyList<(string Path, string Context)> files, KeyEncryptionKey from, KeyEncryptionKey to, string lockFile)
    {
        var old = new List<(string Path, byte[] Wrapped)>();
        var anew = new List<(string Path, byte[] Content)>();
        foreach (var (path, context) in files)
        {
            if (TryRead(path) is { } wrapped && Rewrapped(path, wrapped, context, from, to) is { } content)
            {
                old.Add((path, wrapped));
                anew.Add((path, content));
            }
        }

        try
        {
            // The lock is held for the exchange alone: whoever makes or destroys a secret meanwhile hardly waits.
            var drafts = OwnersFile.DraftAll(anew);
            try
            {
                Exchange(old, drafts, lockFile);
            }
            finally
            {
                OwnersFile.DeleteAll(drafts);
            }

            OwnersFile.SyncFolders(old.Select(static file => file.Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(lockFile, e.Message, e);
        }

        return old.Count;
    }

    private static void Exchange(IReadOnlyList<(string Path, byte[] Wrapped)> files, IReadOnlyList<string> drafts, string lockFile)
    {
        if (files.Count == 0)
        {
            return;
        }

        using var held = FileLock.Take(lockFile, s_patience);
        foreach (var ((path, wrapped), draft) in files.Zip(drafts))
        {
            // Another one by now, or none: it was destroyed, and must not come back.
            if (TryRead(path) is { } now && now.AsSpan().SequenceEqual(wrapped))
            {
                File.Move(draft, path, overwrite: true);
            }
        }
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException(path, e.Message, e);
        }
    }

    // Null if it is wrapped by the new key already.
    private static byte[]? Rewrapped(string path, byte[] wrapped, string context, KeyEncryptionKey from, KeyEncryptionKey to)
    {
        var secret = GC.AllocateArray<byte>(Math.Clamp(wrapped.Length - KeyEncryptionKey.Overhead, 0, KeyEncryptionKey.MaxSecretLength), pinned: true);
        try
        {
            return to.TryUnwrap(wrapped, context, secret) ? null
                : from.TryUnwrap(wrapped, context, secret) ? to.Wrap(secret, context)
                : throw new KeyFileException(path, "neither the old key-encryption key nor the new one opens it");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Destroys the secret. Does nothing if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lockFile">The same that <see cref="Rewrap"/> is given for it.</param>
    public static void Delete(string path, string lockFile)
    {
        using var held = FileLock.Take(lockFile, s_patience);
        File.Delete(path);
    }
}
