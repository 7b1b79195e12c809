using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using LiveLedger.Swarm.Stun;

namespace LiveLedger.Swarm.Tests.Stun;

/// <summary>The response is byte for byte what RFC 5769 and an independent reader expect, and nothing else is answered.</summary>
public sealed class StunMessageTests
{
    // RFC 5769 §2.2 and §2.3: transaction id and mapped addresses of the sample responses.
    private static readonly byte[] s_transaction = Convert.FromHexString("b7e7a701bc34d686fa87dfae");

    [Theory]
    [InlineData("192.0.2.1", 32853, "0001a147e112a643")]
    [InlineData("2001:db8:1234:5678:11:2233:4455:6677", 32853, "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9")]
    public void A_binding_request_is_answered_with_the_address_that_it_came_from(string address, int port, string mapped)
    {
        var response = new byte[StunMessage.MaxResponse];
        var length = StunMessage.Answer(Request(), new(IPAddress.Parse(address), port), response);

        Assert.Equal("0101", Convert.ToHexStringLower(response[..2]));
        Assert.Equal(length - 20, response[2] << 8 | response[3]);
        Assert.Equal(s_transaction, response[8..20]);
        Assert.Equal($"0020{mapped.Length / 2:x4}{mapped}", Convert.ToHexStringLower(response[20..(24 + mapped.Length / 2)]));
        Assert.Equal("80280004", Convert.ToHexStringLower(response[(length - 8)..(length - 4)]));
        // CRC-32 by another implementation, with the length as it is in the message.
        Assert.Equal(Crc(response[..(length - 8)]) ^ 0x5354554Eu, BinaryPrimitives.ReadUInt32BigEndian(response.AsSpan(length - 4)));
    }

    [Fact]
    public void An_address_of_both_worlds_is_told_as_the_old_one()
    {
        var (mapped, plain) = (new byte[StunMessage.MaxResponse], new byte[StunMessage.MaxResponse]);
        StunMessage.Answer(Request(), new(IPAddress.Parse("::ffff:192.0.2.1"), 1000), mapped);
        StunMessage.Answer(Request(), new(IPAddress.Parse("192.0.2.1"), 1000), plain);
        Assert.Equal(plain, mapped);
    }

    [Fact]
    public void Nothing_but_a_binding_request_is_answered()
    {
        var response = new byte[StunMessage.MaxResponse];
        var from = new IPEndPoint(IPAddress.Loopback, 1);
        Assert.Equal(0, StunMessage.Answer([], from, response));
        Assert.Equal(0, StunMessage.Answer(Request()[..19], from, response));
        Assert.Equal(0, StunMessage.Answer(new byte[600], from, response));
        for (var at = 0; at < 8; at++)
        {
            // Each bit of what is fixed: type, length, cookie.
            for (var bit = 0; bit < 8; bit++)
            {
                var request = Request();
                request[at] ^= (byte)(1 << bit);
                Assert.Equal(0, StunMessage.Answer(request, from, response));
            }
        }
    }

    private static byte[] Request() => [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, .. s_transaction];

    // RFC 1952 §2.3.1: a gzip file ends in the CRC-32 of what is in it.
    private static uint Crc(byte[] bytes)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.NoCompression))
        {
            zip.Write(bytes);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(file.ToArray().AsSpan(^8));
    }
}
