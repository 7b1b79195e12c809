using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Jose;

namespace LiveLedger.Cryptography.Tests.Jose;

public sealed class JwsRefusals : IDisposable
{
    private const string Typ = "liveledger-viewer+jwt";
    private static readonly byte[] Payload = """{"sub":"v1","n":[{"a":1},{"a":2}]}"""u8.ToArray();
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();

    private string Kid => JwkThumbprint.Of(_key.PublicKey);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void What_is_signed_is_read_back_and_verifies()
    {
        var text = JwsCompact.Sign(Typ, Kid, Payload, _key);

        Assert.True(JwsCompact.TryParse(text, Typ, out var message));
        Assert.Equal(Typ, message.Typ);
        Assert.Equal(Kid, message.Kid);
        Assert.Equal(Payload, message.Payload.ToArray());
        Assert.True(message.Verify(_key.PublicKey));
    }

    [Fact]
    public void Another_key_does_not_verify()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.True(JwsCompact.TryParse(JwsCompact.Sign(Typ, Kid, Payload, _key), out var message));
        Assert.False(message.Verify(other.PublicKey));
    }

    [Fact]
    public void A_message_of_another_kind_is_refused()
    {
        var text = JwsCompact.Sign("liveledger-api+jwt", Kid, Payload, _key);
        Assert.False(JwsCompact.TryParse(text, Typ, out _));
        Assert.True(JwsCompact.TryParse(text, "liveledger-api+jwt", out _));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"HS256","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"eddsa","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"ES256","typ":"t","kid":"k"}""")]
    [InlineData("""{"typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":7}""")]
    [InlineData("""{"alg":"EdDSA","typ":null,"kid":"k"}""")]
    [InlineData("""{"alg":["EdDSA"],"typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","alg":"none","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"none","alg":"EdDSA","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k","kid":"j"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k","crit":[]}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k","b64":true}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k","jwk":{"kty":"OKP"}}""")]
    [InlineData("""{"\u0061lg":"EdDSA","typ":"t","kid":"k"}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k"} {}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k",}""")]
    [InlineData("""{"alg":"EdDSA","typ":"t","kid":"k" """)]
    [InlineData("""["alg"]""")]
    [InlineData("")]
    public void A_header_outside_the_profile_is_refused_though_its_signature_is_good(string header)
        => Assert.False(JwsCompact.TryParse(JwsCompact.Assemble(Encoding.UTF8.GetBytes(header), "{}"u8, _key), out _));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("{,}")]
    [InlineData("""{"sub":"a","sub":"b"}""")]
    [InlineData("""{"sub":"a","\u0073ub":"b"}""")]
    [InlineData("""{"cnf":{"jwk":1,"jwk":2}}""")]
    [InlineData("""{"\ud800":1,"\ud801":2}""")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}""")]
    public void A_payload_that_is_not_one_plain_object_is_refused(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        Assert.False(JwsCompact.TryParse(JwsCompact.Assemble("""{"alg":"EdDSA","typ":"t","kid":"k"}"""u8, bytes, _key), out _));
        Assert.Throws<ArgumentException>(() => JwsCompact.Sign("t", "k", bytes, _key));
    }

    [Fact]
    public void A_payload_that_is_not_UTF8_is_refused()
        => Assert.False(JwsCompact.TryParse(JwsCompact.Assemble("""{"alg":"EdDSA","typ":"t","kid":"k"}"""u8, [.. "{\"a\":\""u8, 0xff, .. "\"}"u8], _key), out _));

    [Fact]
    public void Padding_white_space_and_stray_low_bits_are_refused()
    {
        var text = JwsCompact.Sign(Typ, Kid, Payload, _key);
        var parts = text.Split('.');

        Assert.False(JwsCompact.TryParse(text + "==", out _));
        Assert.False(JwsCompact.TryParse(text + "=", out _));
        Assert.False(JwsCompact.TryParse(text + "\n", out _));
        Assert.False(JwsCompact.TryParse(" " + text, out _));
        Assert.False(JwsCompact.TryParse($"{parts[0]} .{parts[1]}.{parts[2]}", out _));

        // 64 bytes are 85 characters and 2 bits: the last character has four spare bits, which must be zero.
        var last = parts[2][^1];
        Assert.Contains(last, "AQgw");
        Assert.False(JwsCompact.TryParse(text[..^1] + (char)(last + 1), out _));
    }

    [Fact]
    public void A_text_without_exactly_three_parts_is_refused()
    {
        var text = JwsCompact.Sign(Typ, Kid, Payload, _key);
        foreach (var broken in (string[])["", ".", "..", "...", text + ".", "." + text, text[..text.LastIndexOf('.')], text.Replace(".", "")])
        {
            Assert.False(JwsCompact.TryParse(broken, out _));
        }
    }

    [Fact]
    public void A_text_longer_than_the_bound_is_neither_written_nor_read()
    {
        var payload = Encoding.UTF8.GetBytes($$"""{"a":"{{new string('x', JwsCompact.MaxLength)}}"}""");
        Assert.Throws<ArgumentException>(() => JwsCompact.Sign(Typ, Kid, payload, _key));
        Assert.False(JwsCompact.TryParse(JwsCompact.Assemble("""{"alg":"EdDSA","typ":"t","kid":"k"}"""u8, payload, _key), out _));
    }

    [Fact]
    public void No_character_of_a_message_can_be_changed_unseen()
    {
        var text = JwsCompact.Sign(Typ, Kid, Payload, _key);
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "AQz.-")
            {
                if (text[i] != c)
                {
                    var changed = string.Concat(text.AsSpan(0, i), [c], text.AsSpan(i + 1));
                    Assert.False(JwsCompact.TryParse(changed, out var message) && message.Verify(_key.PublicKey), $"character {i} as {c}");
                }
            }
        }
    }

    [Fact]
    public void A_message_shows_nothing_of_itself_as_text()
    {
        Assert.True(JwsCompact.TryParse(JwsCompact.Sign(Typ, Kid, Payload, _key), out var message));
        Assert.Equal(typeof(JwsMessage).FullName, message.ToString());
    }
}
