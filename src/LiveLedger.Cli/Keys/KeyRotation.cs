using System.Diagnostics;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cli.Keys;

/// <summary>
/// Changes the key-encryption key under servers that run. Each step is on disk before the next begins, and each leaves every secret
/// openable by the old key (which leads to the new one while the change is under way) or by the new one; run again, it goes on where it was cut off.
/// <code>
/// 1 kek.next: the new key, wrapped by the old      from here on servers, running or starting, have both
/// 2 wait until all running servers wrap with the new key
/// 3 wrap every secret anew, until a pass finds none left
/// 4 kek: the new key in the old one's place        only where it is ours; else whoever keeps it replaces it
/// 5 kek.next goes                                  the old key opens nothing any more
/// </code>
/// </summary>
internal sealed class KeyRotation(string keysFolder, KeyEncryptionKey current, bool isOurs, Action<string> reached, Action<ulong, ulong> done)
{
    private const int AtOnce = 256;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it, or what is left of it.</summary>
    /// <param name="fill">Fills in the new key where none is under way.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>How many secrets were wrapped anew, and how many there are.</returns>
    /// <exception cref="CommandFailure">It cannot go on now; nothing is lost, and it can be run again.</exception>
    internal async Task<(int Rewrapped, int All)> RunAsync(Action<byte[]> fill, CancellationToken cancel)
    {
        using var held = Hold();
        var key = GC.AllocateArray<byte>(KeyEncryptionKey.Length, pinned: true);
        try
        {
            switch (KeySuccession.Read(keysFolder, current, key))
            {
                case SuccessionState.OfOthers:
                    throw new CommandFailure("a change from another key is under way; run this with that key");
                case SuccessionState.IsSuccessor:
                    // Cut off between 4 and 5, or the operator's own key was exchanged too early.
                    var all = RewrapAll(current, current).All;
                    reached("ending");
                    KeySuccession.End(keysFolder);
                    return (0, all);
                case SuccessionState.None:
                    fill(key);
                    KeySuccession.TryBegin(keysFolder, current, key);
                    break;
            }

            reached("begun");
            using var next = KeyEncryptionKey.FromBytes(key);
            await WaitUntilSeenAsync(next.Fingerprint, cancel);
            reached("seen");
            var (rewrapped, count) = RewrapAll(current, next);
            while (RewrapAll(current, next) is { Rewrapped: > 0 } more)
            {
                (rewrapped, count) = (rewrapped + more.Rewrapped, more.All);
            }

            if (isOurs)
            {
                reached("replacing kek");
                KeySuccession.ReplaceKeyFile(KeySource.DefaultFile(keysFolder), key);
            }

            reached("ending");
            KeySuccession.End(keysFolder);
            return (rewrapped, count);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private (int Rewrapped, int All) RewrapAll(KeyEncryptionKey from, KeyEncryptionKey to)
    {
        var places = SecretPlaces.In(keysFolder);
        var (looked, rewrapped) = (0, 0);
        foreach (var batch in places.GroupBy(static place => place.Lock).SelectMany(static held => held.Chunk(AtOnce)))
        {
            foreach (var place in batch)
            {
                reached(place.Path);
            }

            rewrapped += WrappedSecretFile.RewrapAll([.. batch.Select(static place => (place.Path, place.Context))], from, to, batch[0].Lock);
            done((ulong)(looked += batch.Length), (ulong)places.Count);
        }

        return (rewrapped, places.Count);
    }

    private async Task WaitUntilSeenAsync(string fingerprint, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        while (KeyHolder.CountBehind(keysFolder, fingerprint) is > 0 and var behind)
        {
            if (watch.Elapsed > s_patience)
            {
                throw new CommandFailure($"{behind} running servers have not noticed the new key within {s_patience.TotalSeconds:0} s; both keys stay good: look after the servers and run this again");
            }

            await Task.Delay(s_look, cancel);
        }
    }

    private FileStream Hold()
    {
        try
        {
            return FileLock.Take(Path.Combine(keysFolder, "rotation.lock"), TimeSpan.Zero);
        }
        catch (IOException)
        {
            throw new CommandFailure("another rotation of these keys is running");
        }
    }
}
