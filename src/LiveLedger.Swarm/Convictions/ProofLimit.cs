using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Swarm.Convictions;

/// <summary>How many proofs that prove nothing an address may bring: 10 at once, and one each 6 s. Good ones cost nothing. Of IPv6 a /64 is one address.</summary>
internal sealed class ProofLimit(TimeProvider time)
{
    private readonly Allowances<IPAddress> _allowances = new(time, 10, TimeSpan.FromSeconds(6), 100_000);

    /// <summary>How long an address has to wait before another proof of its is looked at; null for not at all.</summary>
    public TimeSpan? Wait(IPAddress address) => _allowances.Wait(NameOf(address));

    /// <summary>What an address brought proves nothing.</summary>
    public void Spend(IPAddress address) => _allowances.Take(NameOf(address));

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
