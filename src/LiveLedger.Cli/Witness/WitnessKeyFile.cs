using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Cosignatures;

namespace LiveLedger.Cli.Witness;

/// <summary>A witness's key in a file that only its owner can read: one line in the form of Go's sumdb/note, <c>PRIVATE+KEY+name+hex8(key id)+base64(0x04 ‖ seed)</c>.</summary>
internal static class WitnessKeyFile
{
    private const string Prefix = "PRIVATE+KEY+";
    private const byte TypeCosigner = 0x04;
    private const int MaxLength = 1024;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the key, or makes one. The caller disposes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The witness's name: of a new key, or the one that the file must have. Null: as the file says, or made from the key.</param>
    internal static (string Name, Ed25519PrivateKey Key) LoadOrCreate(string path, string? name)
    {
        try
        {
            return File.Exists(path) ? Load(path, name) : Create(path, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"the witness's key: {e.Message}");
        }
    }

    private static (string, Ed25519PrivateKey) Create(string path, string? name)
    {
        var key = Ed25519PrivateKey.Generate();
        var typed = new byte[1 + Ed25519PrivateKey.SeedLength];
        try
        {
            name ??= $"witness.local/{key.PublicKey.ToString()[..16]}";
            CosignerKey named;
            try
            {
                named = CosignerKey.Of(name, key.PublicKey);
            }
            catch (ArgumentException e)
            {
                throw new CommandFailure($"--name: {e.Message}", ExitCode.Usage);
            }

            typed[0] = TypeCosigner;
            key.ExportSeed(typed.AsSpan(1));
            using (var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(Encoding.UTF8.GetBytes($"{Prefix}{name}+{named.KeyId:x8}+{Convert.ToBase64String(typed)}\n"));
                file.Flush(flushToDisk: true);
            }

            // Before anything is cosigned with it: a cosignature whose key was lost cannot be followed by another.
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return (name, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(typed);
        }
    }

    private static (string, Ed25519PrivateKey) Load(string path, string? name)
    {
        byte[] bytes;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read))
        {
            if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw new CommandFailure($"{path} can be opened by others than its owner; if nobody has read it: chmod 600 {path}");
            }

            bytes = file.Length <= MaxLength ? new byte[file.Length] : throw new CommandFailure($"{path} is no witness's key");
            file.ReadExactly(bytes);
        }

        byte[] typed = [];
        try
        {
            var words = Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('+', 5);
            if (words is not ["PRIVATE", "KEY", var named, var id, var encoded] || !TryDecode(encoded, out typed)
                || typed.Length != 1 + Ed25519PrivateKey.SeedLength || typed[0] != TypeCosigner)
            {
                throw new CommandFailure($"{path} is no witness's key (PRIVATE+KEY+name+id+key, type 0x04)");
            }

            if (name is not null && name != named)
            {
                throw new CommandFailure($"{path} is the key of {named}, not of {name}", ExitCode.Usage);
            }

            var key = Ed25519PrivateKey.FromSeed(typed.AsSpan(1));
            try
            {
                return $"{CosignerKey.Of(named, key.PublicKey).KeyId:x8}" == id ? (named, key) : throw new CommandFailure($"{path}: the key does not have the id {id}");
            }
            catch (Exception e)
            {
                key.Dispose();
                throw e as CommandFailure ?? new CommandFailure($"{path}: {e.Message}");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(typed);
        }
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var buffer = new byte[text.Length];
        var decoded = Convert.TryFromBase64String(text, buffer, out var length);
        bytes = buffer[..length];
        CryptographicOperations.ZeroMemory(buffer);
        return decoded;
    }
}
