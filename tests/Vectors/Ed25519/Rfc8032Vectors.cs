using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Vectors.Ed25519;

/// <summary>RFC 8032 §7.1, and what its §5.1.7 and we refuse.</summary>
public sealed class Rfc8032Vectors
{
    private sealed record Vector(string Name, string Seed, string Public, string Message, string Signature);

    private sealed record VectorFile(IReadOnlyList<Vector> Vectors);

    private static readonly IReadOnlyList<Vector> s_vectors = JsonSerializer.Deserialize<VectorFile>(
        File.ReadAllText(Repository.Vector("rfc8032-ed25519.json")), JsonSerializerOptions.Web)!.Vectors;

    public static TheoryData<string> Names => [.. s_vectors.Select(static v => v.Name)];

    [Fact]
    public void All_five_vectors_are_here() => Assert.Equal(5, s_vectors.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Key_and_signature_are_the_published_ones(string name)
    {
        var vector = s_vectors.Single(v => v.Name == name);
        var message = Convert.FromHexString(vector.Message);
        using var key = Ed25519PrivateKey.FromSeed(Convert.FromHexString(vector.Seed));
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(message, signature);

        Assert.Equal(vector.Public, key.PublicKey.ToString());
        Assert.Equal(vector.Signature, Convert.ToHexStringLower(signature));
        Assert.True(key.PublicKey.Verify(message, signature));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_flipped_bit_of_a_signature_is_refused(string name)
    {
        var vector = s_vectors.Single(v => v.Name == name);
        var message = Convert.FromHexString(vector.Message);
        Assert.True(Ed25519PublicKey.TryParse(Convert.FromHexString(vector.Public), out var key));
        var signature = Convert.FromHexString(vector.Signature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(key.Verify(message, signature));
            signature[bit / 8] ^= (byte)(1 << bit % 8);
        }

        Assert.False(key.Verify([.. message, 0], signature));
    }

    /// <summary>The points of order 1, 2, 4 and 8, and two forms of them that are not canonical.</summary>
    [Theory]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_key_of_low_order_or_in_a_second_form_is_refused(string key) =>
        Assert.False(Ed25519PublicKey.TryParse(Convert.FromHexString(key), out _));

    [Fact]
    public void A_signature_whose_scalar_is_not_reduced_is_refused()
    {
        // RFC 8032 §5.1.7 step 1: S < L. S + L would verify by the equation alone.
        var vector = s_vectors[0];
        Assert.True(Ed25519PublicKey.TryParse(Convert.FromHexString(vector.Public), out var key));
        var signature = Convert.FromHexString(vector.Signature);
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        var carry = 0;
        for (var i = 0; i < 32; i++)
        {
            var sum = signature[32 + i] + order[i] + carry;
            signature[32 + i] = (byte)sum;
            carry = sum >> 8;
        }

        Assert.Equal(0, carry);
        Assert.False(key.Verify(Convert.FromHexString(vector.Message), signature));
    }
}
