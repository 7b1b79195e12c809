using System.Globalization;
using System.Numerics;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Secp256k1;
using LiveLedger.Chain.SignIn;
using LiveLedger.Chain.Tests.Readers;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Tests.Secp256k1;

public sealed class RecoverableSignatureTests
{
    private const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    private const string HalfOrder = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    private const string BaseX = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";

    // The example that the precompiled contract 0x01 is documented with (evm.codes).
    [Fact]
    public void The_example_of_the_chains_own_recovery_has_its_signer()
    {
        var hash = Word("456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3");
        Assert.Equal("0x7156526fbd7a3c72969b54f64e42c10fbb768c8a",
            Recover(hash, "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608", "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada", 28)?.ToString());
    }

    [Fact]
    public void Whoever_signs_with_ethers_is_recovered()
    {
        var random = new RandomValues(65);
        var asked = Enumerable.Range(0, 60).Select(_ => new Question("sign", "0x" + random.Word(), Key(random), null)).ToArray();
        foreach (var (question, signed) in asked.Zip(NodeReader.Ask<Answer[]>("signatures", asked)))
        {
            Assert.True(RecoverableSignature.TryParse(Convert.FromHexString(signed.Signature[2..]), out var signature));
            Assert.True(signature.TryRecover(Word(question.Hash[2..]), out var signer));
            Assert.Equal(signed.Signer, signer.ToChecksumText());
        }
    }

    // Of random numbers about half are no point's x; of the rest somebody comes out.
    [Fact]
    public void Of_random_signatures_the_same_comes_out_as_of_ethers()
    {
        var random = new RandomValues(4242);
        var asked = Enumerable.Range(0, 200).Select(i =>
        {
            var s = random.Word().ToArray();
            s[0] &= i % 3 == 0 ? (byte)0xff : (byte)0x7f;
            return new Question("recover", "0x" + random.Word(), null, HexText.Of([.. random.Word().ToArray(), .. s, (byte)(27 + i % 2)]));
        }).ToArray();
        var (some, none) = (0, 0);
        foreach (var (question, expected) in asked.Zip(NodeReader.Ask<Answer[]>("signatures", asked)))
        {
            var signer = RecoverableSignature.TryParse(Convert.FromHexString(question.Signature![2..]), out var signature)
                && signature.TryRecover(Word(question.Hash[2..]), out var account) ? account.ToChecksumText() : null;
            Assert.Equal(expected.Signer, signer);
            _ = signer is null ? none++ : some++;
        }

        Assert.True(some > 40 && none > 40, $"{some} and {none}");
    }

    [Fact]
    public void Who_signs_a_text_with_cast_is_recovered_from_its_hash()
    {
        var key = "0x" + new string('7', 64);
        var signature = Cast.SayBytes("wallet", "sign", "--private-key", key, "a ticket, please");
        Assert.True(RecoverableSignature.TryParse(signature, out var parsed) & parsed.TryRecover(PersonalMessage.Hash("a ticket, please"u8), out var signer));
        Assert.Equal(Cast.Say("wallet", "address", "--private-key", key), signer.ToChecksumText());
    }

    [Fact]
    public void Another_hash_or_a_changed_bit_gives_another_signer_or_none()
    {
        var hash = Keccak256.Of("signed"u8);
        var signed = NodeReader.Ask<Answer[]>("signatures", new Question[] { new("sign", "0x" + hash, "0x" + new string('5', 64), null) })[0];
        var good = Convert.FromHexString(signed.Signature[2..]);
        for (var i = 0; i < good.Length; i++)
        {
            var changed = good.ToArray();
            changed[i] ^= 0x01;
            Assert.False(RecoverableSignature.TryParse(changed, out var other) && other.TryRecover(hash, out var signer) && signer.ToChecksumText() == signed.Signer, $"byte {i}");
        }

        Assert.True(RecoverableSignature.TryParse(good, out var signature) & signature.TryRecover(Keccak256.Of("another"u8), out var stranger));
        Assert.NotEqual(signed.Signer, stranger.ToChecksumText());
    }

    [Fact]
    public void The_other_form_of_a_good_signature_is_refused()
    {
        var signed = NodeReader.Ask<Answer[]>("signatures", new Question[] { new("sign", "0x" + Keccak256.Of("signed"u8), "0x" + new string('5', 64), null) })[0];
        var good = Convert.FromHexString(signed.Signature[2..]);
        var s = BigInteger.Parse("0" + Order, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - new BigInteger(good.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        var other = (byte[])[.. good[..32], .. s.ToByteArray(isUnsigned: true, isBigEndian: true), (byte)(55 - good[64])];
        Assert.Equal(65, other.Length);
        Assert.False(RecoverableSignature.TryParse(other, out _));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", One, 27, "r is 0")]
    [InlineData(Order, One, 27, "r is the order")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", One, 27, "r is larger")]
    [InlineData(BaseX, "0000000000000000000000000000000000000000000000000000000000000000", 27, "s is 0")]
    [InlineData(BaseX, "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1", 27, "s is above the half")]
    [InlineData(BaseX, Order, 27, "s is the order")]
    [InlineData(BaseX, One, 2, "v is 2")]
    [InlineData(BaseX, One, 26, "v is 26")]
    [InlineData(BaseX, One, 29, "v is 29")]
    [InlineData(BaseX, One, 255, "v is 255")]
    public void What_is_out_of_range_is_refused(string r, string s, byte v, string why)
        => Assert.False(RecoverableSignature.TryParse([.. Convert.FromHexString(r), .. Convert.FromHexString(s), v], out _), why);

    [Fact]
    public void The_edges_of_the_range_are_taken()
    {
        Assert.True(RecoverableSignature.TryParse([.. Convert.FromHexString(BaseX), .. Convert.FromHexString(HalfOrder), 0], out var zero));
        Assert.True(RecoverableSignature.TryParse([.. Convert.FromHexString(BaseX), .. Convert.FromHexString(HalfOrder), 27], out var even));
        Assert.Equal(zero, even);
        Assert.True(RecoverableSignature.TryParse([.. Convert.FromHexString(One), .. Convert.FromHexString(One), 1], out var one));
        Assert.True(RecoverableSignature.TryParse([.. Convert.FromHexString(One), .. Convert.FromHexString(One), 28], out var odd));
        Assert.Equal(one, odd);
    }

    [Fact]
    public void Too_short_and_too_long_is_refused()
    {
        var good = (byte[])[.. Convert.FromHexString(BaseX), .. Convert.FromHexString(One), 27];
        Assert.True(RecoverableSignature.TryParse(good, out _));
        Assert.False(RecoverableSignature.TryParse(good[..64], out _));
        Assert.False(RecoverableSignature.TryParse([.. good, 0], out _));
        Assert.False(RecoverableSignature.TryParse([], out _));
    }

    [Fact]
    public void Of_an_x_that_is_not_on_the_curve_nobody_is_recovered()
    {
        const string notOnTheCurve = "0000000000000000000000000000000000000000000000000000000000000005";
        Assert.Null(Recover(Keccak256.Of("signed"u8), notOnTheCurve, One, 27));
        Assert.False(Parse(notOnTheCurve, One, 27).TryComputeKey(Keccak256.Of("signed"u8), out _));
    }

    // R = G, s = 1 and e = 1: the key would be G − G.
    [Fact]
    public void Of_a_signature_whose_key_is_no_point_nobody_is_recovered()
    {
        Assert.Null(Recover(Word(One), BaseX, One, 27));
        Assert.False(Parse(BaseX, One, 27).TryComputeKey(Word(One), out _));
        Assert.NotNull(Recover(Word(One), BaseX, One, 28));
    }

    [Fact]
    public void A_signature_that_was_never_parsed_recovers_nobody() => Assert.False(default(RecoverableSignature).TryComputeKey(default, out _));

    private static Address? Recover(Bytes32 hash, string r, string s, byte v) =>
        RecoverableSignature.TryParse([.. Convert.FromHexString(r), .. Convert.FromHexString(s), v], out var signature) && signature.TryRecover(hash, out var signer) ? signer : null;

    private static RecoverableSignature Parse(string r, string s, byte v)
    {
        Assert.True(RecoverableSignature.TryParse([.. Convert.FromHexString(r), .. Convert.FromHexString(s), v], out var signature));
        return signature;
    }

    private static string Key(RandomValues random) => HexText.Of([.. Sha256Hash.Of(random.Bytes(32)).Value.ToArray()]);

    private static Bytes32 Word(string hex) => new(Convert.FromHexString(hex));

    private sealed record Question(string Kind, string Hash, string? Key, string? Signature);

    private sealed record Answer(string Signature, string? Signer);
}
