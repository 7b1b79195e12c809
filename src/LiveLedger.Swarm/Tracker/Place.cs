using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Swarm.Tracker;

/// <summary>Where a peer's connection comes from. It is in no log and goes to nobody: what neighbours learn of one another is in their own signals.</summary>
/// <param name="Address">The address; null if nobody can say.</param>
/// <param name="Region">The region of the operator's table; null for none.</param>
internal sealed record Place(IPAddress? Address, string? Region)
{
    /// <summary>The network of the address: a /24, or a /48 of IPv6. 0 for none.</summary>
    public ulong Network { get; } = NetworkOf(Address);

    /// <summary>How near another place is.</summary>
    public Nearness To(Place other) =>
        Address is null || other.Address is null ? Nearness.Far
        : Address.Equals(other.Address) ? Nearness.Lan
        : Network == other.Network ? Nearness.Network
        : Region is not null && Region == other.Region ? Nearness.Region
        : Nearness.Far;

    private static ulong NetworkOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var kept = address.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 3;
        ulong network = (ulong)kept;
        for (var i = 0; i < kept; i++)
        {
            network = network << 8 | bytes[i];
        }

        return network;
    }
}
