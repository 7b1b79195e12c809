using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Swarm;

/// <summary>How often an address may bring what is worth nothing. What is good costs nothing. Of IPv6 a /64 is one address.</summary>
/// <param name="time">The clock.</param>
/// <param name="burst">At once.</param>
/// <param name="each">Until one more.</param>
internal sealed class AddressLimit(TimeProvider time, int burst, TimeSpan each)
{
    private readonly Allowances<IPAddress> _allowances = new(time, burst, each, 100_000);

    /// <summary>Before what an address brings is looked at: how long it has to wait, null for not at all. Taken first, so that many at once are counted as many.</summary>
    public TimeSpan? Take(IPAddress address) => _allowances.Take(NameOf(address));

    /// <summary>What it brought was good, and new.</summary>
    public void GiveBack(IPAddress address) => _allowances.GiveBack(NameOf(address));

    private static IPAddress NameOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new(bytes);
    }
}
