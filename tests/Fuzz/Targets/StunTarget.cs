using System.Net;
using LiveLedger.Swarm.Stun;

namespace LiveLedger.Fuzz.Targets;

/// <summary>STUN from anybody: an answer is a success response to that very request, and not much longer than it.</summary>
internal static class StunTarget
{
    private static readonly IPEndPoint s_from = new(IPAddress.Parse("2001:db8::1"), 40_000);

    public static FuzzTarget Create() => new("stun", [[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, .. new byte[12]], [0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42, .. new byte[12], 0x80, 0x22, 0, 4, 1, 2, 3, 4]], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        Span<byte> response = stackalloc byte[StunMessage.MaxResponse];
        var length = StunMessage.Answer(input, s_from, response);
        if (length != 0 && (length != StunMessage.MaxResponse || !response[4..20].SequenceEqual(input[4..20]) || response[0] != 1 || response[1] != 1))
        {
            throw new FuzzException("an answer to something else");
        }
    }
}
