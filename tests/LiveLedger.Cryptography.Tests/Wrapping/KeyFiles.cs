using System.Runtime.Versioning;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cryptography.Tests.Wrapping;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-kek-").FullName;

    private string KekPath => Path.Combine(_folder, "kek");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_key_is_a_file_of_its_owner_alone_and_is_the_same_key_next_time()
    {
        byte[] wrapped;
        using (var key = KeyEncryptionKey.LoadOrCreate(KekPath))
        {
            wrapped = key.Wrap("secret"u8, "c");
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KekPath));
        Assert.Equal(["kek"], Directory.GetFiles(_folder).Select(Path.GetFileName));

        using var again = KeyEncryptionKey.LoadOrCreate(KekPath);
        var secret = new byte[6];
        Assert.True(again.TryUnwrap(wrapped, "c", secret));
        Assert.Equal("secret"u8.ToArray(), secret);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_file_that_others_may_open_is_refused(UnixFileMode extra)
    {
        KeyEncryptionKey.LoadOrCreate(KekPath).Dispose();
        File.SetUnixFileMode(KekPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);

        var refusal = Assert.Throws<KeyFileException>(() => KeyEncryptionKey.LoadOrCreate(KekPath));
        Assert.Equal(KekPath, refusal.Path);
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_file_of_another_length_is_refused_and_left_as_it_is(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        File.WriteAllBytes(KekPath, bytes);
        File.SetUnixFileMode(KekPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Throws<KeyFileException>(() => KeyEncryptionKey.LoadOrCreate(KekPath));
        Assert.Equal(bytes, File.ReadAllBytes(KekPath));
    }

    [Fact]
    public void A_missing_folder_is_named_and_not_made()
    {
        var refusal = Assert.Throws<KeyFileException>(() => KeyEncryptionKey.LoadOrCreate(Path.Combine(_folder, "no", "kek")));
        Assert.Contains(_folder, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starters_at_the_same_moment_end_up_with_one_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => KeyEncryptionKey.LoadOrCreate(KekPath))));
        var wrapped = keys[0].Wrap("secret"u8, "c");
        foreach (var key in keys)
        {
            using (key)
            {
                Assert.True(key.TryUnwrap(wrapped, "c", new byte[6]));
            }
        }
    }
}
