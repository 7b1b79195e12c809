using System.Collections.Concurrent;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.ContentKeys;

/// <summary>
/// The master key of each broadcast: 32 random bytes, made with the broadcast, at rest wrapped in <c>{folder}/{broadcast}.master</c>.
/// Every content key is derived from it, so there is nothing else to keep and nothing to lose half of.
/// </summary>
internal sealed class MasterKeys
{
    private const int MasterLength = 32;

    /// <summary>Masters held open; the least of them belongs to a broadcast that somebody watches.</summary>
    private const int MaxOpen = 1_000;

    private readonly string _folder;
    private readonly KeyEncryptionKey _kek;
    private readonly ConcurrentDictionary<BroadcastId, OpenMaster> _open = new();

    public MasterKeys(string folder, KeyEncryptionKey kek)
    {
        (_folder, _kek) = (folder, kek);
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

    /// <summary>A content key. The caller disposes it.</summary>
    /// <exception cref="KeyFileException">The broadcast has no master key, or the key-encryption key does not open it.</exception>
    public ContentKey KeyFor(BroadcastId broadcast, TrackClass trackClass, ulong cryptoPeriod)
    {
        var master = Open(broadcast);
        master.Name(broadcast, cryptoPeriod);
        return ContentKeyDerivation.Key(master.Bytes, broadcast, trackClass, cryptoPeriod);
    }

    /// <summary>What an id stands for, if it is one of this broadcast's: of its first crypto period, or of one a key was made for since the start.</summary>
    public KeyUse? Find(BroadcastId broadcast, KeyId id) => Open(broadcast).Find(id);

    private OpenMaster Open(BroadcastId broadcast)
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

        master = new(bytes);
        master.Name(broadcast, 0);
        return _open.GetOrAdd(broadcast, master);
    }

    private string PathOf(BroadcastId broadcast) => Path.Combine(_folder, $"{broadcast}.master");

    private static string ContextOf(BroadcastId broadcast) => $"broadcast/{broadcast}/master";

    private sealed class OpenMaster(byte[] bytes)
    {
        private readonly ConcurrentDictionary<KeyId, KeyUse> _uses = new();

        public ReadOnlySpan<byte> Bytes => bytes;

        public KeyUse? Find(KeyId id) => _uses.TryGetValue(id, out var use) ? use : null;

        /// <summary>Notes the ids of a period. Key ids cannot be read backwards, so they are looked up.</summary>
        public void Name(BroadcastId broadcast, ulong period)
        {
            foreach (var trackClass in Enum.GetValues<TrackClass>())
            {
                _uses[ContentKeyDerivation.Id(bytes, broadcast, trackClass, period)] = new(trackClass, period);
            }
        }
    }
}

/// <summary>What a content key is for.</summary>
internal readonly record struct KeyUse(TrackClass Class, ulong CryptoPeriod);
