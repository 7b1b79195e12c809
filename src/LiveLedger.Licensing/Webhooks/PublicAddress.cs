using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>Tells addresses of hosts on the internet from those of this machine, of private networks, and of no single host (IANA's special-purpose registries, RFC 6890).</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] s_notPublic =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            // Within 2000::/3: tunnels, which carry an IPv4 address of anybody's choice (Teredo, 6to4), and documentation.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        ]).Select(IPNetwork.Parse),
    ];

    // What is global in IPv6; so NAT64's 64:ff9b::/96, ::/96, fc00::/7, fe80::/10 and the rest, whatever IPv4 they carry, are not.
    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    /// <summary>True for a public address.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return (address.AddressFamily == AddressFamily.InterNetwork || s_global.Contains(address)) && !Array.Exists(s_notPublic, network => network.Contains(address));
    }
}
