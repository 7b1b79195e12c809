using System.Net;
using System.Net.Sockets;

namespace LiveLedger.Licensing.Regions;

/// <summary>
/// A table of networks and their regions: one a line, <c>192.0.2.0/24 DE</c> or <c>2001:db8::/32,AT</c>, with blank lines and <c>#</c> comments.
/// Where networks lie within one another the smaller counts; a region of <c>-</c> is none.
/// </summary>
internal sealed class RegionTable
{
    /// <summary>Most networks.</summary>
    public const int MaxNetworks = 2_000_000;

    private const int MaxRegion = 16;

    // Sorted starts of stretches that lie side by side, and the region of each.
    private readonly (UInt128[] Starts, string?[] Regions) _v4, _v6;

    private RegionTable((UInt128[], string?[]) v4, (UInt128[], string?[]) v6) => (_v4, _v6) = (v4, v6);

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">A line is not of the form, or there are too many.</exception>
    public static RegionTable Read(TextReader text)
    {
        var (v4, v6, names, number) = (new List<Network>(), new List<Network>(), new Dictionary<string, string>(StringComparer.Ordinal), 0);
        while (text.ReadLine() is { } line)
        {
            number++;
            var rest = line.AsSpan().Trim();
            if (rest.IsEmpty || rest[0] == '#')
            {
                continue;
            }

            var gap = rest.IndexOfAny(" \t,");
            if (gap < 0 || !IPNetwork.TryParse(rest[..gap], out var network) || !IsRegion(rest[gap..].Trim(" \t,")))
            {
                throw new InvalidDataException($"line {number}: not a network and its region, like '192.0.2.0/24 DE'");
            }

            var name = rest[gap..].Trim(" \t,").ToString();
            names.TryAdd(name, name);
            var (list, width) = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? (v4, 32) : (v6, 128);
            list.Add(new(ValueOf(network.BaseAddress), width - network.PrefixLength, name == "-" ? null : names[name]));
            if (v4.Count + v6.Count > MaxNetworks)
            {
                throw new InvalidDataException($"more than {MaxNetworks} networks");
            }
        }

        return new(Flatten(v4, 32), Flatten(v6, 128));
    }

    /// <summary>The region of an address; null if it is in no network of the table.</summary>
    public string? Find(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var (starts, regions) = address.AddressFamily == AddressFamily.InterNetwork ? _v4 : _v6;
        var at = Array.BinarySearch(starts, ValueOf(address));
        return at >= 0 ? regions[at] : at == -1 ? null : regions[~at - 1];
    }

    private static bool IsRegion(ReadOnlySpan<char> region) =>
        region is "-" || region is { Length: >= 2 and <= MaxRegion } && !region.ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private static UInt128 ValueOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        UInt128 value = 0;
        foreach (var b in bytes[..length])
        {
            value = (value << 8) | b;
        }

        return value;
    }

    // Networks lie within one another or apart, never across. In the order of their starts, wider first, a network is over when one begins
    // behind its end; then the wider one around it goes on.
    private static (UInt128[], string?[]) Flatten(List<Network> networks, int width)
    {
        networks.Sort(static (a, b) => a.Start.CompareTo(b.Start) is not 0 and var order ? order : b.HostBits.CompareTo(a.HostBits));
        var (starts, regions, around) = (new List<UInt128>(), new List<string?>(), new Stack<Network>());
        foreach (var network in networks)
        {
            while (around.TryPeek(out var inner) && inner.Last < network.Start)
            {
                around.Pop();
                Begin(inner.Last + 1, around.TryPeek(out var outer) ? outer.Region : null);
            }

            Begin(network.Start, network.Region);
            around.Push(network);
        }

        var end = width == 128 ? UInt128.MaxValue : ((UInt128)1 << width) - 1;
        while (around.TryPop(out var inner))
        {
            if (inner.Last < end)
            {
                Begin(inner.Last + 1, around.TryPeek(out var outer) ? outer.Region : null);
            }
        }

        return ([.. starts], [.. regions]);

        void Begin(UInt128 start, string? region)
        {
            // A stretch without length: what began here is overruled by what begins here.
            if (starts.Count > 0 && starts[^1] == start)
            {
                regions[^1] = region;
            }
            else
            {
                starts.Add(start);
                regions.Add(region);
            }
        }
    }

    private readonly record struct Network(UInt128 Start, int HostBits, string? Region)
    {
        public UInt128 Last => HostBits == 128 ? UInt128.MaxValue : Start + (((UInt128)1 << HostBits) - 1);
    }
}
