using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Admissions;

/// <summary>
/// Makes the pseudonyms of a swarm: of an entitlement or a grant in one broadcast, by a key that rests outside the database. Who has the log and the entitlements' ids still cannot
/// tell whose a pseudonym is, nor that two in different broadcasts are one relay's.
/// </summary>
internal sealed class PeerPseudonyms : IDisposable
{
    /// <summary>The file of the key, and what it is wrapped for.</summary>
    public const string FileName = "swarm.key";

    private const string Context = "server/swarm";

    private readonly byte[] _key = GC.AllocateArray<byte>(32, pinned: true);

    /// <exception cref="KeyFileException">The key-encryption key does not open the file, or disk says no.</exception>
    public PeerPseudonyms(SwarmOptions options, KeyEncryptionKey kek) =>
        WrappedSecretFile.ReadOrCreate(Path.Combine(options.KeysFolder, FileName), Context, kek, _key);

    /// <summary>The pseudonym of an entitlement or grant in a broadcast.</summary>
    public PeerPseudonym Of(BroadcastId broadcast, Guid right)
    {
        Span<byte> text = stackalloc byte[Label.Length + BroadcastId.Length + 16];
        Label.CopyTo(text);
        broadcast.CopyTo(text[Label.Length..]);
        right.TryWriteBytes(text[(Label.Length + BroadcastId.Length)..], bigEndian: true, out _);
        Span<byte> mac = stackalloc byte[Bytes32.Length];
        HMACSHA256.HashData(_key, text, mac);
        return new(new Bytes32(mac));
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private static ReadOnlySpan<byte> Label => "liveledger peer v1\n"u8;
}
