using System.Security.Cryptography;
using LiveLedger.Cli.Keys;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cli.Tests.Keys;

/// <summary>A rotation of keys that ends at any step leaves every secret openable, and goes on when it is run again.</summary>
public sealed class Rotations_cut_off : IDisposable
{
    private readonly string _keys = Directory.CreateTempSubdirectory("liveledger-rotation-").FullName;
    private readonly Dictionary<string, (string Context, byte[] Secret)> _secrets = [];

    public void Dispose() => Directory.Delete(_keys, recursive: true);

    [Fact]
    public async Task At_every_step_each_secret_opens_and_the_next_run_ends_it()
    {
        Make();
        var steps = new List<string>();
        await RotateAsync(steps.Add);
        Assert.Equal(2 * _secrets.Count + 4, steps.Count);
        CheckAll();

        for (var stop = 0; stop < steps.Count; stop++)
        {
            var old = File.ReadAllBytes(KeySource.DefaultFile(_keys));
            var taken = 0;
            await Assert.ThrowsAsync<EndOfPower>(() => RotateAsync(_ =>
            {
                if (taken++ == stop)
                {
                    throw new EndOfPower();
                }
            }));
            CheckAll();

            await RotateAsync(static _ => { });
            CheckAll();
            Assert.False(File.Exists(KeySuccession.FileIn(_keys)));
            Assert.False(old.AsSpan().SequenceEqual(File.ReadAllBytes(KeySource.DefaultFile(_keys))), $"cut off at {stop}, the key was changed in the end");
            using var gone = KeyEncryptionKey.FromBytes(old);
            Assert.All(_secrets, s => Assert.False(gone.TryUnwrap(File.ReadAllBytes(s.Key), s.Value.Context, new byte[s.Value.Secret.Length])));
        }
    }

    [Fact]
    public async Task What_comes_in_while_it_runs_under_the_old_key_is_found_by_the_next_pass()
    {
        Make();
        var old = KeySource.Load(_keys);
        var isLate = true;
        await RotateAsync(step =>
        {
            if (step.EndsWith("index.key", StringComparison.Ordinal) && isLate)
            {
                isLate = false;
                Put(old, "broadcasts/late.master", "broadcast/late/master", 32);
            }
        });
        old.Dispose();
        CheckAll();
    }

    [Fact]
    public async Task A_file_that_is_not_known_stops_it_before_the_old_key_is_lost()
    {
        Make();
        var old = File.ReadAllBytes(KeySource.DefaultFile(_keys));
        File.WriteAllText(Path.Combine(_keys, "broadcasts", "notes.txt"), "");
        Assert.Contains("notes.txt", (await Assert.ThrowsAsync<CommandFailure>(() => RotateAsync(static _ => { }))).Message, StringComparison.Ordinal);
        Assert.Equal(old, File.ReadAllBytes(KeySource.DefaultFile(_keys)));
        CheckAll();
        File.Delete(Path.Combine(_keys, "broadcasts", "notes.txt"));
        await RotateAsync(static _ => { });
        CheckAll();
    }

    [Fact]
    public async Task A_damaged_secret_stops_it_and_both_keys_stay_good()
    {
        Make();
        var damaged = _secrets.Keys.First();
        var whole = File.ReadAllBytes(damaged);
        File.WriteAllBytes(damaged, [.. whole[..^1], (byte)(whole[^1] ^ 1)]);
        await Assert.ThrowsAsync<KeyFileException>(() => RotateAsync(static _ => { }));
        File.WriteAllBytes(damaged, whole);
        CheckAll();
        await RotateAsync(static _ => { });
        CheckAll();
    }

    private async Task RotateAsync(Action<string> reached)
    {
        using var current = KeySource.Load(_keys);
        await new KeyRotation(_keys, current, isOurs: true, reached, static (_, _) => { }).RunAsync(static next => RandomNumberGenerator.Fill(next), default);
    }

    /// <summary>As a server that starts now would.</summary>
    private void CheckAll()
    {
        using var kek = KeySource.Load(_keys);
        KeySuccession.Follow(_keys, kek);
        foreach (var (path, (context, secret)) in _secrets)
        {
            var opened = new byte[secret.Length];
            WrappedSecretFile.Read(path, context, kek, opened);
            Assert.Equal(secret, opened);
        }
    }

    private void Make()
    {
        using var kek = KeySource.Load(_keys);
        Put(kek, "api.key", "server/api", 32);
        Put(kek, "log.key", "server/log", 32);
        Put(kek, "broadcasts/0199.master", "broadcast/0199/master", 32);
        Put(kek, "broadcasts/0199.session", "broadcast/0199/session", 32);
        Put(kek, "broadcasts/0199.keys/terms", "broadcast/0199/keys/terms", 40);
        Put(kek, "broadcasts/0199.keys/7", "broadcast/0199/keys/7", 64);
        Put(kek, "subjects/index.key", "subjects/index", 32);
        Put(kek, "subjects/scopes/0199/names/aa", "subjects/name/0199", 16);
        Put(kek, "subjects/scopes/0199/keys/bb", "subjects/key/bb", 32);
        File.WriteAllText(Path.Combine(_keys, "broadcasts", "x.master.0011.new"), "left by a crash");
    }

    private void Put(KeyEncryptionKey kek, string path, string context, int length)
    {
        var full = Path.Combine(_keys, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var secret = RandomNumberGenerator.GetBytes(length);
        Assert.True(WrappedSecretFile.TryPut(full, context, kek, secret));
        _secrets[full] = (context, secret);
    }

    private sealed class EndOfPower : Exception;
}
