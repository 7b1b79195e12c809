using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Swarm.Stun;

/// <summary>STUN Binding (RFC 8489): a request in, a success response out. Nothing else of STUN is spoken, and nothing is remembered.</summary>
internal static class StunMessage
{
    /// <summary>Longest request that is looked at: a Binding request of a browser has under 100 bytes.</summary>
    public const int MaxRequest = 548;

    /// <summary>Longest response.</summary>
    public const int MaxResponse = HeaderLength + 4 + 20 + 8;

    private const int HeaderLength = 20;
    private const ushort BindingRequest = 0x0001;
    private const ushort BindingSuccess = 0x0101;
    private const uint MagicCookie = 0x2112A442;
    private const ushort XorMappedAddress = 0x0020;
    private const ushort Fingerprint = 0x8028;

    /// <summary>Writes the response to a request; 0 for what is no Binding request, which is not answered (RFC 8489 §6.3).</summary>
    public static int Answer(ReadOnlySpan<byte> request, IPEndPoint from, Span<byte> response)
    {
        // §5: two zero bits, a length that is a multiple of four and just what follows, the magic cookie.
        if (request.Length is < HeaderLength or > MaxRequest || BinaryPrimitives.ReadUInt16BigEndian(request) != BindingRequest
            || BinaryPrimitives.ReadUInt16BigEndian(request[2..]) != request.Length - HeaderLength || request.Length % 4 != 0
            || BinaryPrimitives.ReadUInt32BigEndian(request[4..]) != MagicCookie)
        {
            return 0;
        }

        Span<byte> address = stackalloc byte[16];
        var plain = from.Address.IsIPv4MappedToIPv6 ? from.Address.MapToIPv4() : from.Address;
        plain.TryWriteBytes(address, out var length);

        // §14.2: the address and the port, with the cookie (and, for IPv6, the transaction id) laid over them: NATs that rewrite addresses in packets miss it.
        var attribute = response[HeaderLength..];
        BinaryPrimitives.WriteUInt16BigEndian(attribute, XorMappedAddress);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[2..], (ushort)(4 + length));
        attribute[4] = 0;
        attribute[5] = (byte)(plain.AddressFamily == AddressFamily.InterNetworkV6 ? 2 : 1);
        BinaryPrimitives.WriteUInt16BigEndian(attribute[6..], (ushort)(from.Port ^ (MagicCookie >> 16)));
        for (var i = 0; i < length; i++)
        {
            attribute[8 + i] = (byte)(address[i] ^ request[4 + i]);
        }

        var end = HeaderLength + 8 + length;
        BinaryPrimitives.WriteUInt16BigEndian(response, BindingSuccess);
        // §14.7: the length counts the fingerprint when it is made, which covers everything before it.
        BinaryPrimitives.WriteUInt16BigEndian(response[2..], (ushort)(end + 8 - HeaderLength));
        request[4..HeaderLength].CopyTo(response[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(response[end..], Fingerprint);
        BinaryPrimitives.WriteUInt16BigEndian(response[(end + 2)..], 4);
        BinaryPrimitives.WriteUInt32BigEndian(response[(end + 4)..], Crc32(response[..end]) ^ 0x5354554E);
        return end + 8;
    }

    // ITU V.42, as RFC 8489 §14.7 has it. Forty bytes: no table is worth it.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
