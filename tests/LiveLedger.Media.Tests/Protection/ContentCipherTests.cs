using System.Security.Cryptography;
using FsCheck.Fluent;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Tests.Protection;

public sealed class ContentCipherTests
{
    // NIST SP 800-38A, appendix F: the key and the four plaintext blocks of all AES-128 examples.
    private static readonly byte[] s_key = Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c");
    private static readonly byte[] s_plain = Convert.FromHexString(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

    public static TheoryData<string> Forms => AesInstructionsCipher.IsSupported ? ["instructions", "platform"] : ["platform"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Counter_mode_is_that_of_SP_800_38A_F_5_1(string form)
    {
        using var cipher = Make(form, s_key);
        var data = s_plain.ToArray();
        cipher.ApplyCounter(0xf0f1f2f3f4f5f6f7, 0xf8f9fafbfcfdfeff, data, data);
        // The example's counter carries beyond 64 bits at no block: all four compare.
        Assert.Equal(
            "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
            Convert.ToHexStringLower(data));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Chaining_is_that_of_SP_800_38A_F_2_1(string form)
    {
        using var cipher = Make(form, s_key);
        for (var again = 0; again < 2; again++)
        {
            var data = s_plain.ToArray();
            cipher.ApplyChain(Convert.FromHexString("000102030405060708090a0b0c0d0e0f"), data, data, 1, 0);
            Assert.Equal(
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
                Convert.ToHexStringLower(data));
        }
    }

    [Fact]
    public void Both_forms_agree_on_any_data() =>
        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll<int, int>((seed, size) =>
            {
                var random = new Random(seed);
                var key = new byte[16];
                var iv = new byte[16];
                random.NextBytes(key);
                random.NextBytes(iv);
                using var platform = Make("platform", key);
                using var fast = ContentCipher.Create(key);
                for (var i = 0; i < 4; i++)
                {
                    var data = new byte[random.Next(0, 20_000)];
                    random.NextBytes(data);
                    var (a, b) = (new byte[data.Length], new byte[data.Length]);
                    var (crypt, skip) = i % 2 == 0 ? (1, 9) : (random.Next(1, 4), random.Next(0, 4));
                    platform.ApplyChain(iv, data, a, crypt, skip);
                    fast.ApplyChain(iv, data, b, crypt, skip);
                    Assert.Equal(a, b);
                    var (counter, block) = ((ulong)random.NextInt64(), (ulong)random.Next());
                    platform.ApplyCounter(counter, block, data, a);
                    fast.ApplyCounter(counter, block, data, b);
                    Assert.Equal(a, b);
                }
            }));

    [Fact]
    public void The_pattern_leaves_nine_blocks_of_ten_and_a_partial_block_as_they_are()
    {
        using var cipher = ContentCipher.Create(s_key);
        var iv = new byte[16];
        var data = new byte[16 * 21 + 7];
        cipher.ApplyChain(iv, data, data, Pattern.Crypt, Pattern.Skip);
        using var aes = Aes.Create();
        aes.SetKey(s_key);
        // Blocks 0, 10 and 20, chained to one another.
        var expected = aes.EncryptCbc(new byte[48], iv, PaddingMode.None);
        for (var block = 0; block < 22; block++)
        {
            var found = data.AsSpan(block * 16, Math.Min(16, data.Length - block * 16)).ToArray();
            Assert.Equal(block % 10 == 0 && block < 21 ? expected[(block / 10 * 16)..][..16] : new byte[found.Length], found);
        }
    }

    private static ContentCipher Make(string form, ReadOnlySpan<byte> key) =>
        form == "platform" ? new PlatformCipher(key) : new AesInstructionsCipher(key);
}
