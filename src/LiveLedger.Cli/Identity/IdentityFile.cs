using System.Buffers.Text;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cli.Identity;

/// <summary>The broadcaster's identity key in a file that only its owner can read: one line, the seed in base64url.</summary>
/// <remarks>It stays with the broadcaster. A server never sees it: it gets certificates signed with it.</remarks>
internal static class IdentityFile
{
    private const string Prefix = "liveledger-identity-seed:";
    private const int MaxLength = 256;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a new identity; never writes over one that is there.</summary>
    internal static Ed25519PrivateKey Create(string path)
    {
        var key = Ed25519PrivateKey.Generate();
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            key.ExportSeed(seed);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{Prefix}{Base64Url.EncodeToString(seed)}\n"));
            file.Flush(flushToDisk: true);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new CommandFailure(File.Exists(path) ? $"{path} is there already; an identity is never overwritten" : $"cannot write {path}: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Reads an identity.</summary>
    internal static Ed25519PrivateKey Load(string path)
    {
        byte[] bytes = [];
        var seed = new byte[Ed25519PrivateKey.SeedLength];
        try
        {
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Read))
            {
                if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
                {
                    throw new CommandFailure($"{path} can be opened by others than its owner; if nobody has read it: chmod 600 {path}");
                }

                if (file.Length > MaxLength)
                {
                    throw new CommandFailure($"{path} is no identity file");
                }

                bytes = new byte[file.Length];
                file.ReadExactly(bytes);
            }

            var text = System.Text.Encoding.ASCII.GetString(bytes).TrimEnd();
            return text.StartsWith(Prefix, StringComparison.Ordinal)
                && Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length), seed, out _, out var written) == System.Buffers.OperationStatus.Done
                && written == seed.Length
                    ? Ed25519PrivateKey.FromSeed(seed)
                    : throw new CommandFailure($"{path} is no identity file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"cannot read the identity: {e.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    internal static Ed25519PrivateKey LoadOrCreate(string path) => File.Exists(path) ? Load(path) : Create(path);
}
