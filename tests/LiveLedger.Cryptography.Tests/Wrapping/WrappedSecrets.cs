using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cryptography.Tests.Wrapping;

public sealed class WrappedSecrets
{
    private const string Context = "broadcast/0199/master";
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_wrapped_secret_opens_with_its_key_and_context()
    {
        using var key = NewKey();
        var wrapped = key.Wrap(Secret, Context);
        var opened = new byte[Secret.Length];

        Assert.True(key.TryUnwrap(wrapped, Context, opened));
        Assert.Equal(Secret, opened);
        Assert.Equal(KeyEncryptionKey.Overhead + Secret.Length, wrapped.Length);
        Assert.Equal(-1, wrapped.AsSpan().IndexOf(Secret));
    }

    [Fact]
    public void One_secret_is_never_wrapped_alike_twice()
    {
        using var key = NewKey();
        Assert.NotEqual(key.Wrap(Secret, Context), key.Wrap(Secret, Context));
    }

    [Fact]
    public void Any_changed_bit_is_found_and_leaves_zeros()
    {
        using var key = NewKey();
        var wrapped = key.Wrap(Secret, Context);
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var changed = wrapped.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertClosed(key, changed, Context, Secret.Length);
        }
    }

    [Fact]
    public void Another_key_another_context_and_another_length_do_not_open_it()
    {
        using var key = NewKey();
        using var other = NewKey();
        var wrapped = key.Wrap(Secret, Context);

        AssertClosed(other, wrapped, Context, Secret.Length);
        AssertClosed(key, wrapped, Context + "x", Secret.Length);
        AssertClosed(key, wrapped, "broadcast/0199/maste", Secret.Length);
        AssertClosed(key, wrapped, Context, Secret.Length - 1);
        AssertClosed(key, wrapped, Context, Secret.Length + 1);
        for (var length = 0; length < wrapped.Length; length++)
        {
            AssertClosed(key, wrapped[..length], Context, Math.Max(0, length - KeyEncryptionKey.Overhead));
        }
    }

    [Fact]
    public void A_key_of_the_wrong_length_or_of_zeros_is_refused()
    {
        Assert.Throws<ArgumentException>(() => KeyEncryptionKey.FromBytes(new byte[31]));
        Assert.Throws<ArgumentException>(() => KeyEncryptionKey.FromBytes(new byte[33]));
        Assert.Throws<ArgumentException>(() => KeyEncryptionKey.FromBytes(new byte[32]));
    }

    [Fact]
    public void A_disposed_key_neither_wraps_nor_unwraps()
    {
        var key = NewKey();
        var wrapped = key.Wrap(Secret, Context);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Wrap(Secret, Context));
        Assert.Throws<ObjectDisposedException>(() => key.TryUnwrap(wrapped, Context, new byte[Secret.Length]));
    }

    [Fact]
    public void A_key_has_no_text_form()
    {
        var bytes = RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length);
        using var key = KeyEncryptionKey.FromBytes(bytes);

        Assert.Equal(typeof(KeyEncryptionKey).FullName, key.ToString());
        var shown = string.Concat(typeof(KeyEncryptionKey).GetProperties().Select(p => $"{p.Name}={p.GetValue(key)};"));
        Assert.DoesNotContain(Convert.ToHexString(bytes), shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(StrictBase64Url.Encode(bytes), shown, StringComparison.Ordinal);
        Assert.Equal(["Fingerprint", "IsClosed", "IsInvalid", "Newest"], typeof(KeyEncryptionKey).GetProperties().Select(p => p.Name).Order());
    }

    private static KeyEncryptionKey NewKey() => KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length));

    private static void AssertClosed(KeyEncryptionKey key, byte[] wrapped, string context, int secretLength)
    {
        // Filled before, so that zeros afterwards are somebody's doing.
        var secret = new byte[secretLength];
        Array.Fill(secret, (byte)0xaa);
        Assert.False(key.TryUnwrap(wrapped, context, secret));
        Assert.Equal(new byte[secretLength], secret);
    }
}
