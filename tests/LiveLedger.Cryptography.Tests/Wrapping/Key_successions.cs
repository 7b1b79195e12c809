using System.Runtime.Versioning;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cryptography.Tests.Wrapping;

[UnsupportedOSPlatform("windows")]
public sealed class Key_successions : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-succession-").FullName;
    private readonly byte[] _first = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _second = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _third = RandomNumberGenerator.GetBytes(32);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void After_a_succession_the_new_key_wraps_and_all_open()
    {
        using var kek = KeyEncryptionKey.FromBytes(_first);
        using var second = KeyEncryptionKey.FromBytes(_second);
        using var third = KeyEncryptionKey.FromBytes(_third);
        var wrapped = new List<byte[]> { kek.Wrap("one"u8, "c") };
        kek.Succeed(KeyEncryptionKey.FromBytes(_second));
        wrapped.Add(kek.Wrap("two"u8, "c"));
        kek.Succeed(KeyEncryptionKey.FromBytes(_third));
        wrapped.Add(kek.Wrap("six"u8, "c"));

        Assert.All(wrapped, w => Assert.True(kek.TryUnwrap(w, "c", new byte[3])));
        Assert.Equal([false, true, false], wrapped.Select(w => second.TryUnwrap(w, "c", new byte[3])));
        Assert.Equal([false, false, true], wrapped.Select(w => third.TryUnwrap(w, "c", new byte[3])));
        Assert.Equal(third.Fingerprint, kek.Newest.Fingerprint);
    }

    [Fact]
    public async Task A_succession_waits_for_what_is_being_written()
    {
        using var kek = KeyEncryptionKey.FromBytes(_first);
        using var written = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var writer = Task.Run(() =>
        {
            using var turn = kek.Writing();
            begun.Set();
            written.Wait();
        });
        begun.Wait();
        var succession = Task.Run(() => kek.Succeed(KeyEncryptionKey.FromBytes(_second)));
        Assert.NotSame(succession, await Task.WhenAny(succession, Task.Delay(200)));
        written.Set();
        await Task.WhenAll(writer, succession);
    }

    [Fact]
    public void Who_has_the_old_key_is_led_to_the_new_one_and_nobody_else()
    {
        using var first = KeyEncryptionKey.FromBytes(_first);
        using var second = KeyEncryptionKey.FromBytes(_second);
        using var third = KeyEncryptionKey.FromBytes(_third);
        var next = new byte[32];
        Assert.Equal(SuccessionState.None, KeySuccession.Read(_folder, first, next));
        Assert.True(KeySuccession.TryBegin(_folder, first, _second));
        Assert.False(KeySuccession.TryBegin(_folder, first, _third), "one at a time");

        Assert.Equal(SuccessionState.OfOthers, KeySuccession.Read(_folder, third, next));
        Assert.Equal(SuccessionState.IsSuccessor, KeySuccession.Read(_folder, second, next));
        Assert.Equal(new byte[32], next);
        Assert.Equal(SuccessionState.Begun, KeySuccession.Read(_folder, first, next));
        Assert.Equal(_second, next);
        Assert.Equal(-1, File.ReadAllBytes(KeySuccession.FileIn(_folder)).AsSpan().IndexOf(_second));

        KeySuccession.Follow(_folder, first);
        KeySuccession.Follow(_folder, first);
        Assert.Equal(second.Fingerprint, first.Newest.Fingerprint);
        KeySuccession.End(_folder);
        Assert.Equal(SuccessionState.None, KeySuccession.Read(_folder, second, next));
    }

    [Fact]
    public void A_process_that_runs_is_waited_for_and_a_dead_one_is_not()
    {
        var running = KeyHolder.Join(_folder);
        Assert.Equal(1, KeyHolder.CountBehind(_folder, "new"));
        running.Saw("old");
        Assert.Equal(1, KeyHolder.CountBehind(_folder, "new"));
        running.Saw("new");
        Assert.Equal(0, KeyHolder.CountBehind(_folder, "new"));

        // What a killed process leaves: files without a lock.
        File.WriteAllText(Path.Combine(_folder, "holders", "dead.lock"), "");
        File.WriteAllText(Path.Combine(_folder, "holders", "dead.seen"), "old");
        Assert.Equal(0, KeyHolder.CountBehind(_folder, "new"));
        running.Dispose();
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "holders")));
    }

    [Fact]
    public async Task A_destroyed_secret_does_not_come_back_by_being_wrapped_anew()
    {
        using var first = KeyEncryptionKey.FromBytes(_first);
        using var second = KeyEncryptionKey.FromBytes(_second);
        var (path, held) = (Path.Combine(_folder, "secret"), Path.Combine(_folder, "lock"));
        Assert.True(WrappedSecretFile.TryPut(path, "c", first, "secret"u8));
        WrappedSecretFile.Delete(path, held);
        Assert.Equal(0, WrappedSecretFile.RewrapAll([(path, "c")], first, second, held));
        Assert.False(File.Exists(path));

        // And not in the very moment of the exchange either: it waits for whoever destroys it.
        var other = Path.Combine(_folder, "other");
        Assert.True(WrappedSecretFile.TryPut(path, "c", first, "secret"u8));
        Assert.True(WrappedSecretFile.TryPut(other, "c", first, "another"u8));
        Task<int> rewrapping;
        using (FileLock.Take(held, TimeSpan.FromSeconds(5)))
        {
            rewrapping = Task.Run(() => WrappedSecretFile.RewrapAll([(path, "c"), (other, "c")], first, second, held));
            SpinWait.SpinUntil(() => Directory.GetFiles(_folder, "secret.*.new").Length > 0, TimeSpan.FromSeconds(10));
            Assert.False(rewrapping.IsCompleted);
            File.Delete(path);
        }

        Assert.Equal(2, await rewrapping);
        Assert.Equal(0, WrappedSecretFile.RewrapAll([(path, "c"), (other, "c")], first, second, held));
        Assert.Equal(["lock", "other"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }
}
