using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.KeyServers;

/// <summary>
/// Content keys that come from a key server: fetched a period at a time, all classes together, and kept wrapped in
/// <c>{folder}/{broadcast}.keys/{period}</c>, so that licences of what was encrypted do not need the server again. That a broadcast is of this kind
/// is on disk before it has a key. The ids are ours, as for every broadcast.
/// </summary>
internal sealed class OutsideKeys(string folder, KeyEncryptionKey kek, KeyServer? server) : IDisposable
{
    private const string Terms = "terms";
    private const int MaxOpen = 4_000;

    private static readonly TrackClass[] s_classes = Enum.GetValues<TrackClass>();
    private static readonly Refusal s_unset = new(503, "key-server-failed", "This broadcast's keys come from a key server, and this server was started without one.");

    private readonly ConcurrentDictionary<BroadcastId, OutsideTerms?> _terms = new();
    private readonly ConcurrentDictionary<(BroadcastId, ulong), byte[]> _open = new();
    private readonly ConcurrentDictionary<(BroadcastId, ulong), Lazy<byte[]>> _fetching = new();

    /// <summary>True if new broadcasts take their keys from a key server.</summary>
    public bool IsSet => server is not null;

    /// <summary>Makes a new broadcast one of these, and fetches its first keys.</summary>
    /// <exception cref="RefusedException">The key server fails; then the broadcast must not be made.</exception>
    public void Create(BroadcastId broadcast, ProtectionScheme scheme, KeyPeriodLength length, ReadOnlySpan<byte> master)
    {
        var terms = new OutsideTerms(server!.ContentIdOf(broadcast), scheme.ToString().ToLowerInvariant(), length != KeyPeriodLength.Whole);
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(FolderOf(broadcast), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        WrappedSecretFile.TryPut(Path.Combine(FolderOf(broadcast), Terms), ContextOf(broadcast, Terms), kek, JsonSerializer.SerializeToUtf8Bytes(terms));
        _terms[broadcast] = terms;
        Keys(broadcast, terms, 0, master);
    }

    /// <summary>A content key, if the broadcast is of this kind; else null. The caller disposes it.</summary>
    /// <exception cref="RefusedException">The key was never fetched, and the key server fails.</exception>
    public ContentKey? Find(BroadcastId broadcast, TrackClass trackClass, ulong period, ReadOnlySpan<byte> master)
    {
        if (TermsOf(broadcast) is not { } terms)
        {
            return null;
        }

        var keys = Keys(broadcast, terms, period, master);
        return new(KeyIds.Of(master, broadcast, trackClass, period), keys.AsSpan(Array.IndexOf(s_classes, trackClass) * ContentKey.Length, ContentKey.Length));
    }

    /// <summary>Fetches a period's keys before anybody waits for them. What fails is tried again when somebody does.</summary>
    public void Prefetch(BroadcastId broadcast, ulong period, ReadOnlySpan<byte> master)
    {
        if (TermsOf(broadcast) is { HasPeriods: true } terms && !_open.ContainsKey((broadcast, period)))
        {
            var copy = master.ToArray();
            _ = Task.Run(() =>
            {
                try
                {
                    Keys(broadcast, terms, period, copy);
                }
                catch (Exception e) when (e is RefusedException or KeyFileException)
                {
                    // Whoever needs the keys says so.
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(copy);
                }
            });
        }
    }

    public void Dispose() => server?.Dispose();

    private byte[] Keys(BroadcastId broadcast, OutsideTerms terms, ulong period, ReadOnlySpan<byte> master)
    {
        if (_open.TryGetValue((broadcast, period), out var open))
        {
            return open;
        }

        var ids = new (TrackClass Class, KeyId Id)[s_classes.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (s_classes[i], KeyIds.Of(master, broadcast, s_classes[i], period));
        }

        // All tracks ask at the same moment; the server is asked once.
        var fetching = _fetching.GetOrAdd((broadcast, period), _ => new(() => ReadOrFetch(broadcast, terms, period, ids)));
        try
        {
            var keys = fetching.Value;
            if (_open.Count >= MaxOpen)
            {
                _open.TryRemove(_open.First());
            }

            return _open.GetOrAdd((broadcast, period), keys);
        }
        finally
        {
            _fetching.TryRemove((broadcast, period), out _);
        }
    }

    private byte[] ReadOrFetch(BroadcastId broadcast, OutsideTerms terms, ulong period, IReadOnlyList<(TrackClass, KeyId)> ids)
    {
        var (path, context) = (Path.Combine(FolderOf(broadcast), $"{period}"), ContextOf(broadcast, $"{period}"));
        if (!File.Exists(path))
        {
            var fetched = (server ?? throw new RefusedException(s_unset)).Fetch(terms.ContentId, terms.Scheme == "cbcs" ? ProtectionScheme.Cbcs : ProtectionScheme.Cenc, period, ids);
            // Durable before a sample is encrypted under it; who was faster has put the keys that count.
            WrappedSecretFile.TryPut(path, context, kek, fetched);
            CryptographicOperations.ZeroMemory(fetched);
        }

        var keys = GC.AllocateArray<byte>(s_classes.Length * ContentKey.Length, pinned: true);
        WrappedSecretFile.Read(path, context, kek, keys);
        return keys;
    }

    private OutsideTerms? TermsOf(BroadcastId broadcast) => _terms.GetOrAdd(broadcast, id =>
    {
        var path = Path.Combine(FolderOf(id), Terms);
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = new byte[new FileInfo(path).Length - KeyEncryptionKey.Overhead];
        WrappedSecretFile.Read(path, ContextOf(id, Terms), kek, bytes);
        return JsonSerializer.Deserialize<OutsideTerms>(bytes);
    });

    private string FolderOf(BroadcastId broadcast) => Path.Combine(folder, $"{broadcast}.keys");

    private static string ContextOf(BroadcastId broadcast, string name) => $"broadcast/{broadcast}/keys/{name}";

    private sealed record OutsideTerms(string ContentId, string Scheme, bool HasPeriods);
}
