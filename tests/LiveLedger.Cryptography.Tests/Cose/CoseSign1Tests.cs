using LiveLedger.Cryptography.Cose;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Tests.Cose;

public sealed class CoseSign1Tests
{
    private const string Type = "application/vnd.example+cbor";

    private static readonly Ed25519PrivateKey s_key = Ed25519PrivateKey.FromSeed(
        Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

    /// <summary>cose-wg/Examples, eddsa-examples/eddsa-sig-01: the RFC 8032 key over "This is the content.", protected {1: -8, 3: 0}.</summary>
    [Fact]
    public void The_signed_bytes_are_those_of_the_working_groups_example()
    {
        var signature = new byte[64];
        s_key.Sign(CoseSign1.ToBeSigned([0xa2, 0x01, 0x27, 0x03, 0x00], "This is the content."u8), signature);
        Assert.Equal(
            "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d",
            Convert.ToHexStringLower(signature));
    }

    [Fact]
    public void A_message_comes_back_whole()
    {
        var bytes = CoseSign1.Sign(Type, "payload"u8, s_key);
        Assert.True(CoseSign1.TryParse(bytes, out var message));
        Assert.Equal(Type, message.ContentType);
        Assert.Equal("payload"u8.ToArray(), message.Payload.ToArray());
        Assert.Equal(CoseKeyThumbprint.Of(s_key.PublicKey), message.KeyId);
        Assert.Equal(bytes, message.Bytes.ToArray());
        Assert.True(message.Verify(s_key.PublicKey));
        Assert.True(CoseSign1.TryReadFirst([.. bytes, 1, 2, 3], out var first));
        Assert.Equal(bytes, first.Bytes.ToArray());
    }

    [Fact]
    public void Any_changed_bit_is_refused()
    {
        var bytes = CoseSign1.Sign(Type, "payload"u8, s_key);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(CoseSign1.TryParse(bytes, out var message) && message.Verify(s_key.PublicKey), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Any_cut_message_is_refused_and_so_is_a_longer_one()
    {
        var bytes = CoseSign1.Sign(Type, "payload"u8, s_key);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(CoseSign1.TryReadFirst(bytes.AsSpan(0, length), out _));
        }

        Assert.False(CoseSign1.TryParse([.. bytes, 0], out _));
    }

    [Fact]
    public void Another_key_does_not_verify()
    {
        using var other = Ed25519PrivateKey.Generate();
        Assert.True(CoseSign1.TryParse(CoseSign1.Sign(Type, "payload"u8, other), out var message));
        Assert.True(message.Verify(other.PublicKey));
        Assert.False(message.Verify(s_key.PublicKey));
    }

    [Fact]
    public void The_longest_content_type_and_payload_are_read_and_longer_ones_are_not_signed()
    {
        var type = new string('t', CoseSign1.MaxContentTypeLength);
        var payload = new byte[CoseSign1.MaxPayloadLength];
        Assert.True(CoseSign1.TryParse(CoseSign1.Sign(type, payload, s_key), out var message) && message.Verify(s_key.PublicKey));
        Assert.Throws<ArgumentException>(() => CoseSign1.Sign(type + "t", payload, s_key));
        Assert.Throws<ArgumentException>(() => CoseSign1.Sign(type, [.. payload, 0], s_key));
    }
}
