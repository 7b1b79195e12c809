using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Tests.Notes;

public sealed class VerifierKeys
{
    private const string Example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    [Fact]
    public void A_vkey_is_read_as_it_was_written()
    {
        using var key = Ed25519PrivateKey.Generate();
        var vkey = VerifierKey.Of("ledger.example/main", key.PublicKey);
        Assert.True(VerifierKey.TryParse(vkey.ToString(), out var read));
        Assert.Equal(vkey, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com/foo")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("example.com/foo+530d903a+")]
    [InlineData("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+30d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k=")]
    [InlineData("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n")]
    [InlineData("example.com foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    public void Any_other_text_is_refused(string text)
    {
        Assert.True(VerifierKey.TryParse(Example, out _));
        Assert.False(VerifierKey.TryParse(text, out _));
    }

    [Theory]
    [InlineData(0x04)]
    [InlineData(0x02)]
    [InlineData(0x00)]
    public void A_key_of_another_type_is_refused_even_with_the_right_id(byte type)
    {
        using var key = Ed25519PrivateKey.Generate();
        Assert.False(VerifierKey.TryParse(Vkey(type, key.PublicKey.Value.ToArray()), out _));
        Assert.True(VerifierKey.TryParse(Vkey(0x01, key.PublicKey.Value.ToArray()), out _));
    }

    [Fact]
    public void A_low_order_key_is_refused() => Assert.False(VerifierKey.TryParse(Vkey(0x01, [1, .. new byte[31]]), out _));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData("a\u2003b")]
    public void A_name_that_would_break_a_line_is_refused(string name)
    {
        using var key = Ed25519PrivateKey.Generate();
        Assert.Throws<ArgumentException>(() => VerifierKey.Of(name, key.PublicKey));
        Assert.Throws<ArgumentException>(() => new NoteSigner(name, key));
    }

    private static string Vkey(byte type, byte[] key)
    {
        byte[] typed = [type, .. key];
        var id = System.Security.Cryptography.SHA256.HashData([.. "n\n"u8, .. typed])[..4];
        return $"n+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String(typed)}";
    }
}
