using System.Collections.Concurrent;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.KeyServers;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// The master key of each broadcast: 32 random bytes, made with the broadcast, at rest wrapped in <c>{folder}/{broadcast}.master</c>.
/// Every content key is derived from it, so there is nothing else to keep and nothing to lose half of; but for a broadcast whose keys come
/// from a key server (<see cref="OutsideKeys"/>), where only the ids are.
/// </summary>
internal sealed class MasterKeys
{
    private const int MasterLength = 32;

    /// <summary>Masters held open; the least of them belongs to a broadcast that somebody watches.</summary>
    private const int MaxOpen = 1_000;

    private readonly string _folder;
    private readonly KeyEncryptionKey _kek;
    private readonly OutsideKeys? _outside;
    private readonly ConcurrentDictionary<BroadcastId, byte[]> _open = new();

    public MasterKeys(string folder, KeyEncryptionKey kek, OutsideKeys? outside = null)
    {
        (_folder, _kek, _outside) = (folder, kek, outside);
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes a broadcast's master key; it is on disk when this returns, and never replaces one.</summary>
    /// <exception cref="KeyFileException">The disk says no.</exception>
    public void Create(BroadcastId broadcast)
    {
        Span<byte> master = stackalloc byte[MasterLength];
        WrappedSecretFile.TryCreate(PathOf(broadcast), ContextOf(broadcast), _kek, master);
        CryptographicOperations.ZeroMemory(master);
    }

    /// <summary>True if the broadcast has a master key.</summary>
    public bool Has(BroadcastId broadcast) => _open.ContainsKey(broadcast) || File.Exists(PathOf(broadcast));

    /// <summary>The same, and its first keys from the key server, if there is one.</summary>
    /// <exception cref="RefusedException">The key server fails; then the broadcast must not be made.</exception>
    public void Create(BroadcastId broadcast, ProtectionScheme scheme, KeyPeriodLength length)
    {
        Create(broadcast);
        if (_outside is { IsSet: true })
        {
            _outside.Create(broadcast, scheme, length, Open(broadcast));
        }
    }

    /// <summary>A content key. The caller disposes it.</summary>
    /// <exception cref="KeyFileException">The broadcast has no master key, or the key-encryption key does not open it.</exception>
    /// <exception cref="RefusedException">The key is to come from a key server, which fails.</exception>
    public ContentKey KeyFor(BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        var master = Open(broadcast);
        if (_outside?.Find(broadcast, trackClass, cryptoPeriod, master) is { } given)
        {
            // The next period's is there when it is needed, even if the server is slow or away for a while.
            _outside.Prefetch(broadcast, cryptoPeriod + 1, master);
            return given;
        }

        return ContentKeyDerivation.Key(master, broadcast, trackClass, cryptoPeriod);
    }

    /// <summary>The public id of a content key.</summary>
    /// <exception cref="KeyFileException">As <see cref="KeyFor"/>.</exception>
    public KeyId IdOf(BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod) => KeyIds.Of(Open(broadcast), broadcast, trackClass, cryptoPeriod);

    /// <summary>What an id stands for, if it is one of this broadcast's. Whether such a period is or will be, the caller knows.</summary>
    /// <exception cref="KeyFileException">As <see cref="KeyFor"/>.</exception>
    public KeyUse? Find(BroadcastId broadcast, KeyId id) => KeyIds.Read(Open(broadcast), broadcast, id);

    /// <summary>The key of an id that a packager has: one of ours, or one that it has chosen itself. The caller disposes it.</summary>
    /// <remarks>Whether the id was ever given to a packager, and what for, is <see cref="Speke.PackagedKeys"/>' to say.</remarks>
    public ContentKey KeyOf(BroadcastId broadcast, KeyId id) => Find(broadcast, id) is { } use
        ? KeyFor(broadcast, use.Class, use.CryptoPeriod)
        : PackagerKeys.Key(Open(broadcast), broadcast, id);

    /// <summary>The constant IV for a packager's key.</summary>
    public byte[] PackagerIv(BroadcastId broadcast, KeyId id) => PackagerKeys.Iv(Open(broadcast), broadcast, id);

    /// <summary>Other bytes that only this server can make, the same for the same label: HKDF-SHA256 with the label as its info.</summary>
    /// <exception cref="KeyFileException">As <see cref="KeyFor"/>.</exception>
    public void Derive(BroadcastId broadcast, ReadOnlySpan<byte> label, Span<byte> output) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Open(broadcast), output, salt: [], label);

    private byte[] Open(BroadcastId broadcast)
    {
        if (_open.TryGetValue(broadcast, out var master))
        {
            return master;
        }

        // Pinned, so that the collector leaves no second copy behind.
        var bytes = GC.AllocateArray<byte>(MasterLength, pinned: true);
        WrappedSecretFile.Read(PathOf(broadcast), ContextOf(broadcast), _kek, bytes);
        if (_open.Count >= MaxOpen)
        {
            // Dropped, not wiped: another request may be deriving from it. The file brings it back.
            _open.TryRemove(_open.First());
        }

        return _open.GetOrAdd(broadcast, bytes);
    }

    private string PathOf(BroadcastId broadcast) => Path.Combine(_folder, $"{broadcast}.master");

    private static string ContextOf(BroadcastId broadcast) => $"broadcast/{broadcast}/master";
}
