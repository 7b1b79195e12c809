using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.ContentKeys;

public sealed class MasterKeysTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    public void Dispose()
    {
        _kek.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_same_keys_come_back_after_a_restart()
    {
        var before = Made().KeyFor(_broadcast, TrackClass.Hd, 0);
        var after = new MasterKeys(_folder.Path, _kek).KeyFor(_broadcast, TrackClass.Hd, 0);

        Assert.Equal(before.Bytes.ToArray(), after.Bytes.ToArray());
        Assert.Equal(before.Id, after.Id);
    }

    [Fact]
    public void A_master_key_once_made_is_never_replaced()
    {
        var keys = Made();
        var before = File.ReadAllBytes(PathOf(_broadcast));
        keys.Create(_broadcast);

        Assert.Equal(before, File.ReadAllBytes(PathOf(_broadcast)));
        Assert.Equal([$"{_broadcast}.master"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_file_is_for_its_owner_only_and_holds_no_key()
    {
        using var key = Made().KeyFor(_broadcast, TrackClass.Audio, 0);
        var file = File.ReadAllBytes(PathOf(_broadcast));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(PathOf(_broadcast)));
        Assert.Equal(32 + KeyEncryptionKey.Overhead, file.Length);
        Assert.Equal(-1, file.AsSpan().IndexOf(key.Bytes));
    }

    [Fact]
    public void Another_key_encryption_key_does_not_open_it()
    {
        Made();
        using var other = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
        var failure = Assert.Throws<KeyFileException>(() => new MasterKeys(_folder.Path, other).KeyFor(_broadcast, TrackClass.Sd, 0));
        Assert.Contains(PathOf(_broadcast), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_master_put_in_another_broadcasts_place_is_refused()
    {
        Made();
        var other = BroadcastId.New(TimeProvider.System);
        File.Copy(PathOf(_broadcast), PathOf(other));
        Assert.Throws<KeyFileException>(() => new MasterKeys(_folder.Path, _kek).KeyFor(other, TrackClass.Sd, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(72)]
    public void A_flipped_bit_is_refused(int at)
    {
        Made();
        var file = File.ReadAllBytes(PathOf(_broadcast));
        file[at] ^= 1;
        File.WriteAllBytes(PathOf(_broadcast), file);
        Assert.Throws<KeyFileException>(() => new MasterKeys(_folder.Path, _kek).KeyFor(_broadcast, TrackClass.Sd, 0));
    }

    [Fact]
    public void A_broadcast_without_a_master_has_no_keys() =>
        Assert.Throws<KeyFileException>(() => new MasterKeys(_folder.Path, _kek).KeyFor(_broadcast, TrackClass.Sd, 0));

    [Fact]
    public void An_id_is_found_in_its_own_broadcast_only()
    {
        var keys = Made();
        var other = BroadcastId.New(TimeProvider.System);
        keys.Create(other);
        using var period0 = keys.KeyFor(_broadcast, TrackClass.Uhd, 0);
        using var period7 = keys.KeyFor(_broadcast, TrackClass.Sd, 7);

        Assert.Equal(new KeyUse(TrackClass.Uhd, 0), keys.Find(_broadcast, period0.Id));
        Assert.Equal(new KeyUse(TrackClass.Sd, 7), keys.Find(_broadcast, period7.Id));
        Assert.Null(keys.Find(other, period0.Id));
        Assert.Null(keys.Find(_broadcast, new KeyId(Guid.NewGuid())));
    }

    private MasterKeys Made()
    {
        var keys = new MasterKeys(_folder.Path, _kek);
        keys.Create(_broadcast);
        return keys;
    }

    private string PathOf(BroadcastId broadcast) => Path.Combine(_folder.Path, $"{broadcast}.master");
}
