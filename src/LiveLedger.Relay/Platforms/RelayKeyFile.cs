using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Relay.Platforms;

/// <summary>The relay's own key, a seed of 32 bytes in a file that only its owner can read; made at the first start. Peers know the relay by it for as long as an admission names it.</summary>
internal static class RelayKeyFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads or makes it. The caller disposes it.</summary>
    /// <exception cref="IOException">It cannot be had, others may read it, or it is no key.</exception>
    public static Ed25519PrivateKey LoadOrCreate(string path)
    {
        var seed = GC.AllocateUninitializedArray<byte>(Ed25519PrivateKey.SeedLength, pinned: true);
        try
        {
            if (!File.Exists(path))
            {
                Create(path, seed);
            }

            using var file = File.OpenHandle(path);
            // The mode of the open file, not of the path: nothing can be swapped in between.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~Owner) != 0)
            {
                throw new IOException($"{path} can be opened by others than its owner; if nobody has read it: chmod 600 {path}");
            }

            return RandomAccess.GetLength(file) == seed.Length && RandomAccess.Read(file, seed, 0) == seed.Length
                ? Ed25519PrivateKey.FromSeed(seed)
                : throw new IOException($"{path} is no relay's key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    // Whole or absent: a crash in between must not leave half a key that no start gets over.
    private static void Create(string path, Span<byte> seed)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        RandomNumberGenerator.Fill(seed);
        var draft = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(seed);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        DirectorySync.Flush(folder);
    }
}
