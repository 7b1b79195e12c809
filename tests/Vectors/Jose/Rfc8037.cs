using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;

namespace LiveLedger.Vectors.Jose;

/// <summary>RFC 8037 appendix A: the thumbprint and the signature of its example key.</summary>
public sealed class Rfc8037 : IDisposable
{
    private const string Signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    private const string Jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." + Signature;

    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.FromSeed(Decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_1_the_key_has_the_published_public_half()
        => Assert.Contains("\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"", Jwk.ToJson(_key.PublicKey), StringComparison.Ordinal);

    [Fact]
    public void A_3_the_thumbprint_is_the_published_one()
        => Assert.Equal("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", JwkThumbprint.Of(_key.PublicKey));

    [Fact]
    public void A_4_signing_gives_the_published_text()
        => Assert.Equal(Jws, JwsCompact.Assemble("""{"alg":"EdDSA"}"""u8, "Example of Ed25519 signing"u8, _key));

    [Fact]
    public void A_5_the_published_signature_verifies()
    {
        Assert.True(_key.PublicKey.Verify(Encoding.ASCII.GetBytes(Jws[..Jws.LastIndexOf('.')]), Decode(Signature)));
        Assert.False(_key.PublicKey.Verify(Encoding.ASCII.GetBytes(Jws[..(Jws.LastIndexOf('.') - 1)]), Decode(Signature)));
    }

    [Fact]
    public void Our_profile_refuses_the_example_because_it_names_no_kind_and_no_key()
        => Assert.False(JwsCompact.TryParse(Jws, out _));

    private static byte[] Decode(string text) => StrictBase64Url.TryDecode(text, out var bytes) ? bytes : throw new FormatException(text);
}
