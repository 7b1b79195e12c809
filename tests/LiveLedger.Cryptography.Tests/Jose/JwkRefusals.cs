using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;

namespace LiveLedger.Cryptography.Tests.Jose;

public sealed class JwkRefusals
{
    /// <summary>The eight points of small order and their non-canonical spellings: a signature under them can be made without a private key.</summary>
    public static TheoryData<string> UnsoundPoints =>
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0200000000000000000000000000000000000000000000000000000000000000",
    ];

    [Theory]
    [MemberData(nameof(UnsoundPoints))]
    public void A_low_order_or_unsound_point_is_no_key(string hex)
    {
        var point = Convert.FromHexString(hex);
        Assert.False(Ed25519PublicKey.TryParse(point, out _));
        Assert.False(Jwk.TryParse(Encoding.UTF8.GetBytes($$"""{"kty":"OKP","crv":"Ed25519","x":"{{StrictBase64Url.Encode(point)}}"}"""), out _));
    }

    [Theory]
    [MemberData(nameof(UnsoundPoints))]
    public void A_point_is_no_key_because_others_were_found_sound(string hex)
    {
        using var key = Ed25519PrivateKey.Generate();
        var (point, sound) = (Convert.FromHexString(hex), (Ed25519PublicKey[])[key.PublicKey, default]);
        Assert.False(Ed25519PublicKey.TryParse(point, sound, out _));
        Assert.False(Jwk.TryParse(Encoding.UTF8.GetBytes($$"""{"kty":"OKP","crv":"Ed25519","x":"{{StrictBase64Url.Encode(point)}}"}"""), sound, out _));
        Assert.True(Ed25519PublicKey.TryParse(key.PublicKey.Value.ToArray(), sound, out var same));
        Assert.Equal(key.PublicKey, same);
    }

    [Fact]
    public void A_key_written_is_read_back()
    {
        using var key = Ed25519PrivateKey.Generate();
        Assert.True(Jwk.TryParse(Encoding.UTF8.GetBytes(Jwk.ToJson(key.PublicKey)), out var read));
        Assert.Equal(key.PublicKey, read);
    }

    [Theory]
    [InlineData("kty", "\"EC\"")]
    [InlineData("crv", "\"X25519\"")]
    [InlineData("alg", "\"HS256\"")]
    [InlineData("use", "\"enc\"")]
    [InlineData("d", "\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"")]
    [InlineData("kty", "7")]
    [InlineData("x", "null")]
    [InlineData("x", "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"")]
    public void A_key_of_another_kind_is_refused(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["kty"] = "\"OKP\"",
            ["crv"] = "\"Ed25519\"",
            ["x"] = "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"",
        };
        Assert.True(Parses(members));

        members[member] = value;
        Assert.False(Parses(members));
    }

    private static bool Parses(Dictionary<string, string> members)
        => Jwk.TryParse(Encoding.UTF8.GetBytes($"{{{string.Join(',', members.Select(m => $"\"{m.Key}\":{m.Value}"))}}}"), out _);
}
